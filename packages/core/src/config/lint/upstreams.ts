import type { Review } from '../review.ts';
import type { OperationConfig, RuntimeConfig, UpstreamRule } from '../types.ts';

const NOT_IDEMPOTENT: readonly string[] = ['POST', 'PATCH'];

/** Hosts whose own SDKs repeat failed requests, two times by default, unless CrossBridge is in front of them. */
const SDK_HOSTS = /^(?:\*|api)\.(?:openai|anthropic)\.com(?::\d+)?$|\.openai\.azure\.com(?::\d+)?$/;

/** Requests that are repeated less than their author may think. */
export function lintUpstreams({ operations, upstreams, retry }: RuntimeConfig, review: Review): void {
  upstreams.forEach((rule, index) => {
    const operation = Object.hasOwn(operations, rule.operation) ? operations[rule.operation] : undefined;
    if (operation === undefined) return;
    warnOfUndecidedRepeats(index, rule, operation, review);
    if (retry.enabled) warnOfLostRetries(index, rule, operation, review);
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

function warnOfLostRetries(
  index: number,
  { match, operation: name }: UpstreamRule,
  { retry }: OperationConfig,
  review: Review,
): void {
  const { key } = review.dialect;
  const decided = review.written([key('operations'), name, key('retry')]);
  if (retry || decided || match.host === null || !SDK_HOSTS.test(match.host)) return;
  const path = [key('upstreams'), index, key('match'), key('host')];
  const found = review.show([key('upstreams'), index, key('operation')], `"${name}"`);
  const message = `${found} has no retry, and the SDKs of this host no longer repeat requests that run under an operation, so failures that they used to ride out reach the application; give the operation a retry, or retry: false if that is meant`;
  review.warn(path, message, [[key('operations'), name]]);
}
