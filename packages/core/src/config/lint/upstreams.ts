import type { Review } from '../review.ts';
import type { OperationConfig, RuntimeConfig, UpstreamRule } from '../types.ts';

const NOT_IDEMPOTENT: readonly string[] = ['POST', 'PATCH'];

/** Requests that are repeated less than their author may think. */
export function lintUpstreams({ operations, upstreams }: RuntimeConfig, review: Review): void {
  upstreams.forEach((rule, index) => {
    const operation = Object.hasOwn(operations, rule.operation) ? operations[rule.operation] : undefined;
    if (operation !== undefined) warnOfUndecidedRepeats(index, rule, operation, review);
  });
}

function warnOfUndecidedRepeats(
  index: number,
  { match, operation: name, idempotent }: UpstreamRule,
  { retry, hedge }: OperationConfig,
  review: Review,
): void {
  const { key } = review.dialect;
  const undecided = match.methods?.some((method) => NOT_IDEMPOTENT.includes(method)) === true;
  const repeats = retry ? retry.maxAttempts > 1 : false;
  if (idempotent !== 'auto' || !undecided || !(repeats || hedge !== null)) return;
  const path = [key('upstreams'), index];
  const found = review.show([...path, key('operation')], `"${name}"`);
  const consequences = [
    ...(repeats ? ['retries them only when the failure shows that nothing was executed'] : []),
    ...(hedge === null ? [] : ['never hedges them']),
  ].join(' and ');
  const message = `POST and PATCH are not idempotent, so ${found} ${consequences} (an AI SDK's requests and those with an Idempotency-Key always); set idempotent: true if repeating them is harmless, or false to never repeat them`;
  review.warn(path, message, [[key('operations'), name]]);
}
