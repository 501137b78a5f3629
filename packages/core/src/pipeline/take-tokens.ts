import type { LimitRequest } from '../rate-limit/limit-request.ts';
import type { LimitUse } from '../rate-limit/operation-limits.ts';
import type { Call } from './call.ts';
import type { Operation } from './operation.ts';

/**
 * Takes the tokens that one call or one attempt costs from all limits that count it, or from none. Returns a promise only when the call
 * has to wait for them, and may.
 *
 * @param patient false refuses where the call would have to wait
 * @throws RateLimitExceeded when the tokens are not there, or do not come in time; InvalidArgumentError for a cost that can never pass.
 * The promise rejects with the same, with the caller's reason when it aborts, or with the deadline error
 */
export function takeTokens(operation: Operation, call: Call, per: LimitUse, patient = true): Promise<void> | undefined {
  const { limits, environment } = operation;
  if (limits === undefined) return undefined;
  // Nobody is told of the decision, so the usual one need not be written down.
  if (!environment.notifier.active) {
    const refusal = limits.takeQuietly(call.rateLimitKey, call.cost, per);
    if (refusal === undefined) return undefined;
    if (refusal !== null) throw refusal;
  }
  const request = limits.take(call.rateLimitKey, call.cost, per);
  if (request === undefined) return undefined;
  if (!request.admitted && patient && request.canWait(call.remainingMs)) return waitForTokens(operation, call, request);
  tell(operation, call, request);
  if (!request.admitted) throw request.error(operation.name);
  return undefined;
}

async function waitForTokens(operation: Operation, call: Call, request: LimitRequest): Promise<void> {
  const end = await request.wait(call.remainingMs, call.signal);
  call.limiterMs += request.waitedMs;
  tell(operation, call, request);
  if (end === 'admitted') return;
  call.assertAlive();
  throw request.error(operation.name);
}

function tell({ environment: { notifier } }: Operation, call: Call, request: LimitRequest): void {
  if (!notifier.active) return;
  for (const verdict of request.verdicts()) {
    const { name, result, mode, waitMs, limit, remaining, retryAfterMs } = verdict;
    notifier.tell({
      type: 'rate_limit.decided',
      call,
      rateLimit: name,
      result,
      mode,
      waitMs,
      limit,
      remaining,
      retryAfterMs,
    });
  }
}
