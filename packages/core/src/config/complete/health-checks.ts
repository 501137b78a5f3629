import { DEFAULT_HEALTH_CHECKS, DEFAULT_HEALTH_PROVIDER } from '../defaults.ts';
import type { RuntimeConfigInput } from '../input.ts';
import { suggestion } from '../nearest.ts';
import type { Review } from '../review.ts';
import type { HealthChecksConfig } from '../types.ts';
import { byName, layered } from './merge.ts';
import { completeNetworkCheck } from './network-checks.ts';

type GeneralFields = Omit<HealthChecksConfig, 'flapping' | 'providers' | 'degradedMode'>;

/** `operations` are the names that a check may follow. */
export function completeHealthChecks(
  { healthChecks: given = {} }: RuntimeConfigInput,
  operations: readonly string[],
  review: Review,
): HealthChecksConfig {
  const { flapping, providers, degradedMode, ...fields } = given;
  const base = DEFAULT_HEALTH_CHECKS;
  const general = { ...base, ...layered<GeneralFields>(fields) };
  const { intervalMs, timeoutMs, failureThreshold, successThreshold } = general;
  const provider = { ...DEFAULT_HEALTH_PROVIDER, intervalMs, timeoutMs, failureThreshold, successThreshold };
  const completed = Object.entries(providers ?? {}).map(([name, own]) => {
    checkOperation(name, own?.operation, operations, review);
    const path = [review.dialect.key('healthChecks'), 'providers', name];
    return [name, { ...provider, ...completeNetworkCheck(path, own, review) }] as const;
  });
  return {
    ...general,
    flapping: { ...base.flapping, ...layered<HealthChecksConfig['flapping']>(flapping) },
    providers: byName(completed),
    degradedMode: { ...base.degradedMode, ...layered<HealthChecksConfig['degradedMode']>(degradedMode) },
  };
}

function checkOperation(
  provider: string,
  operation: string | undefined,
  operations: readonly string[],
  review: Review,
): void {
  if (operation === undefined || operations.includes(operation)) return;
  const { key } = review.dialect;
  const path = [key('healthChecks'), 'providers', provider, key('operation')];
  const found = review.show(path, `"${operation}"`);
  review.problem(path, `no operation is called ${found}${suggestion(operation, operations)}`);
}
