import { DEFAULT_CIRCUIT_BREAKER, NO_TIMEOUT } from '../defaults.ts';
import { formatDuration } from '../duration.ts';
import type { CircuitBreakerInput, OperationInput, RuntimeConfigInput } from '../input.ts';
import type { Path } from '../path.ts';
import type { Review } from '../review.ts';
import type {
  CircuitBreakerConfig,
  OperationConfig,
  RateLimitingConfig,
  RetryConfig,
  TimeoutConfig,
} from '../types.ts';
import { checkBulkhead, operationBulkhead } from './bulkhead.ts';
import { completeErrorRules } from './error-rules.ts';
import { checkHedge, operationHedge } from './hedge.ts';
import { byName, entry, layered, names } from './merge.ts';
import { OperationLimits } from './operation-limits.ts';
import { operationBudget, operationRetry } from './retry.ts';

/** Every operation: those listed, and those that `rate_limiting.defaults` gives nothing but a limit. */
export function completeOperations(
  input: RuntimeConfigInput,
  rateLimiting: RateLimitingConfig,
  retry: RetryConfig,
  review: Review,
): Record<string, OperationConfig> {
  checkGeneral(input, review);
  const limits = new OperationLimits(rateLimiting, review);
  return byName(
    names(input.operations, rateLimiting.defaults).map((name) => {
      const listed = input.operations !== undefined && Object.hasOwn(input.operations, name);
      const given = entry(input.operations, name) ?? {};
      // The policies for all operations are for those listed; of the others nobody said more than a limit.
      const general = listed ? input : {};
      const policy = operationRetry(name, given.retry, retry, review);
      const hedge = operationHedge(name, given.hedge, general.hedge, review);
      return [
        name,
        {
          ...limits.of(name, given),
          retry: policy,
          retryBudget: !policy && hedge === null ? null : operationBudget(given.retryBudget, retry),
          hedge,
          circuitBreaker: circuitBreaker(given.circuitBreaker, general.circuitBreaker),
          bulkhead: operationBulkhead(name, given.bulkhead, general.bulkhead, review),
          timeout: timeout(name, given.timeout, general.timeout, review),
          ...ownErrorRules(name, given.errorRules, review),
        },
      ] as const;
    }),
  );
}

function ownErrorRules(
  operation: string,
  given: OperationInput['errorRules'],
  review: Review,
): Pick<OperationConfig, 'errorRules'> {
  const { key } = review.dialect;
  const errorRules = completeErrorRules([key('operations'), operation, key('errorRules')], given ?? [], review);
  return errorRules.length === 0 ? {} : { errorRules };
}

function circuitBreaker(
  given: OperationInput['circuitBreaker'],
  general: CircuitBreakerInput | undefined,
): CircuitBreakerConfig | null {
  if (given === false || given === null || (given === undefined && general === undefined)) return null;
  const own = typeof given === 'object' ? given : undefined;
  if (general?.enabled === false || own?.enabled === false) return null;
  const { enabled: _on, ...fields } = layered<CircuitBreakerConfig & { enabled: boolean }>(own, general);
  return { ...DEFAULT_CIRCUIT_BREAKER, ...fields };
}

function timeout(
  operation: string,
  given: OperationInput['timeout'],
  general: RuntimeConfigInput['timeout'],
  review: Review,
): TimeoutConfig {
  if (given === false || given === null) return NO_TIMEOUT;
  const result = { ...NO_TIMEOUT, ...layered<TimeoutConfig>(given, general) };
  const { key } = review.dialect;
  checkTimeout([[key('operations'), operation, key('timeout')], [key('timeout')]], result, review);
  return result;
}

function checkGeneral({ bulkhead, hedge, timeout: times }: RuntimeConfigInput, review: Review): void {
  checkBulkhead(bulkhead, review);
  checkHedge(hedge, review);
  if (times === undefined) return;
  checkTimeout([[review.dialect.key('timeout')]], { ...NO_TIMEOUT, ...layered<TimeoutConfig>(times) }, review);
}

function checkTimeout(sections: readonly Path[], { totalMs, attemptMs }: TimeoutConfig, review: Review): void {
  if (totalMs === null || attemptMs === null || attemptMs <= totalMs) return;
  const { key } = review.dialect;
  const own = sections[0] ?? [];
  const find = (field: string): Path => {
    const paths = sections.map((section) => [...section, key(field)]);
    return paths.find((path) => review.written(path)) ?? [...own, key(field)];
  };
  const [attempt, total] = [find('attemptMs'), find('totalMs')];
  const ownAttempt = [...own, key('attemptMs')];
  const where = review.written(ownAttempt) ? ownAttempt : [...own, key('totalMs')];
  if (!review.written(where)) return;
  const show = (path: Path, ms: number): string => review.show(path, formatDuration(ms));
  const message = `${key('attemptMs')} (${show(attempt, attemptMs)}) is longer than ${key('totalMs')} (${show(total, totalMs)}), so no attempt could use it; lower the one or raise the other`;
  review.problem(where, message, [attempt, total]);
}
