import type { Path } from './path.ts';
import type { Review } from './review.ts';
import type { OperationConfig, RetryPolicyConfig, RuntimeConfig } from './types.ts';

const NOT_IDEMPOTENT: readonly string[] = ['POST', 'PATCH'];

/** Warns of what is allowed, but hardly does what its author expects. */
export function lint(config: RuntimeConfig, review: Review): void {
  for (const [name, operation] of Object.entries(config.operations))
    warnOfRetriesThatCannotFit(name, operation, review);
  warnOfUndecidedRepeats(config, review);
  if (review.dialect.kind === 'yaml') warnOfKeysWithoutEffect(config, review);
}

function warnOfRetriesThatCannotFit(name: string, { retry, timeout }: OperationConfig, review: Review): void {
  const { totalMs, attemptMs } = timeout;
  if (retry === null || retry.maxAttempts === 1 || totalMs === null || attemptMs === null) return;
  if (retry.maxAttempts * attemptMs + waitsMs(retry) <= totalMs) return;
  const { key } = review.dialect;
  const path = [key('operations'), name];
  const candidates: Path[] = [[...path, key('retry')], path];
  // No figures: some may come from the environment.
  const message = `when every attempt uses its whole ${key('timeout')}.${key('attemptMs')}, the attempts and the waits between them take longer than ${key('timeout')}.${key('totalMs')}, so the last ones never run; raise the total, or lower the attempt timeout or ${key('maxAttempts')}`;
  review.warn(candidates.find((candidate) => review.written(candidate)) ?? path, message);
}

/** All waits of a call that uses every attempt, jitter aside. A closed form, since a policy may allow billions of attempts. */
export function waitsMs({ maxAttempts, baseDelayMs, maxDelayMs, exponentialBase }: RetryPolicyConfig): number {
  const waits = maxAttempts - 1;
  if (baseDelayMs === 0) return 0;
  if (exponentialBase === 1 || baseDelayMs >= maxDelayMs) return waits * Math.min(baseDelayMs, maxDelayMs);
  const belowMax = Math.ceil(Math.log(maxDelayMs / baseDelayMs) / Math.log(exponentialBase));
  const growing = Math.min(waits, belowMax);
  const geometric = (baseDelayMs * (exponentialBase ** growing - 1)) / (exponentialBase - 1);
  return geometric + (waits - growing) * maxDelayMs;
}

function warnOfUndecidedRepeats({ operations, upstreams }: RuntimeConfig, review: Review): void {
  const { key } = review.dialect;
  upstreams.forEach(({ match, operation, idempotent }, index) => {
    const undecided = match.methods?.some((method) => NOT_IDEMPOTENT.includes(method)) === true;
    const retry = Object.hasOwn(operations, operation) ? operations[operation]?.retry : undefined;
    if (idempotent !== 'auto' || !undecided || !retry || retry.maxAttempts === 1) return;
    const path = [key('upstreams'), index];
    const found = review.show([...path, key('operation')], `"${operation}"`);
    const message = `POST and PATCH are not idempotent, so ${found} retries them only when the failure shows that nothing was executed (an AI SDK's requests and those with an Idempotency-Key always); set idempotent: true if repeating them is harmless, or false to never repeat them`;
    review.warn(path, message, [[key('operations'), operation]]);
  });
}

/** Keys of older files that promised something which CrossBridge does elsewhere. */
function warnOfKeysWithoutEffect({ healthChecks }: RuntimeConfig, review: Review): void {
  const alerts = ['health_checks', 'degraded_mode', 'alerts'];
  if (review.written(alerts)) review.warn(alerts, 'has no effect: alerts are Prometheus rules, routed by Alertmanager');
  for (const name of Object.keys(healthChecks.providers)) {
    const callable = ['health_checks', 'providers', name, 'callable'];
    if (review.written(callable))
      review.warn(callable, 'has no effect: a check that is a function is registered in code');
  }
}
