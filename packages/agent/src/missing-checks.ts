import type { HealthRegistry } from '@crossbridge/core';

/** Time enough to load the application and to connect to what it registers checks for. */
const GRACE_MS = 10_000;

/**
 * Says once, some seconds after the start, which checks `health_checks.providers` names and nobody has registered: they look watched and
 * are not. Keeps no process alive.
 */
export function warnOfMissingChecks(
  registry: Pick<HealthRegistry, 'missing'>,
  report: (message: string) => void,
  graceMs: number = GRACE_MS,
): void {
  setTimeout(() => {
    const missing = registry.missing();
    const [first] = missing;
    if (first === undefined) return;
    report(
      `warning: health_checks.providers names ${missing.join(', ')}, but nothing is registered under ` +
        `${missing.length === 1 ? 'that name' : 'these names'}, so nothing is checked: ` +
        `import { getHealthRegistry } from '@crossbridge/core' and call getHealthRegistry().register(${JSON.stringify(first)}, ` +
        'async () => …), or give it a url or an address, or set enabled: false',
    );
  }, graceMs).unref();
}
