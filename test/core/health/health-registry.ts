import { DEFAULT_HEALTH_CHECKS, DEFAULT_HEALTH_PROVIDER } from '../../../packages/core/src/config/defaults.ts';
import type { HealthChecksConfig, HealthProviderConfig } from '../../../packages/core/src/config/types.ts';
import type { HealthEvent } from '../../../packages/core/src/health/events.ts';
import { HealthRegistry, type HealthRegistryOptions } from '../../../packages/core/src/health/registry.ts';
import type { HealthStatus } from '../../../packages/core/src/health/status.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

export const config = (given: Partial<HealthChecksConfig> = {}): HealthChecksConfig => ({
  ...DEFAULT_HEALTH_CHECKS,
  ...given,
});

/** What a provider that says nothing is completed to. */
export const provider: HealthProviderConfig = {
  ...DEFAULT_HEALTH_PROVIDER,
  intervalMs: 30_000,
  timeoutMs: 10_000,
  failureThreshold: 3,
  successThreshold: 1,
};

/** A registry in virtual time, whose random numbers are all one half. */
export function registryIn(
  given: Partial<HealthChecksConfig> = {},
  options: Partial<HealthRegistryOptions> = {},
): { registry: HealthRegistry; clock: VirtualClock; events: HealthEvent[] } {
  const clock = new VirtualClock();
  const events: HealthEvent[] = [];
  const registry = new HealthRegistry({
    config: config(given),
    clock,
    random: () => 0.5,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  return { registry, clock, events };
}

/** A check whose runs end when the test says so, heeding no signal. */
export class Controlled {
  runs: PromiseWithResolvers<{ status: HealthStatus; message?: string }>[] = [];
  signals: AbortSignal[] = [];

  check({ signal }: { signal: AbortSignal }): Promise<{ status: HealthStatus; message?: string }> {
    const run = Promise.withResolvers<{ status: HealthStatus; message?: string }>();
    this.runs.push(run);
    this.signals.push(signal);
    return run.promise;
  }

  /** Ends the run of that number, the first being 0. */
  end(run: number, status: HealthStatus, message?: string): void {
    this.runs[run]?.resolve(message === undefined ? { status } : { status, message });
  }
}

/** A check that finds one status after the other, as letters: healthy, degraded, unhealthy, `?`; the last for ever. */
export function finding(letters: string): { (): { status: HealthStatus; message: string }; runs: number } {
  const statuses: Record<string, HealthStatus> = { h: 'healthy', d: 'degraded', u: 'unhealthy', '?': 'unknown' };
  const fn = (): { status: HealthStatus; message: string } => {
    const letter = letters[Math.min(fn.runs, letters.length - 1)] ?? '?';
    fn.runs += 1;
    return { status: statuses[letter] ?? 'unknown', message: `result ${fn.runs}` };
  };
  fn.runs = 0;
  return fn;
}
