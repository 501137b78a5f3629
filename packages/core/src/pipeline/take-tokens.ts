import { RateLimitExceeded } from '../errors.ts';
import type { CallKey } from '../rate-limit/call-key.ts';
import type { LimitRequest } from '../rate-limit/limit-request.ts';
import type { LimitSet } from '../rate-limit/limit-set.ts';
import type { LimitUse } from '../rate-limit/operation-limits.ts';
import { Call } from './call.ts';
import type { Operation } from './operation.ts';
import { tell } from './tell.ts';

/** The refusal, a promise when the call has to wait for its tokens, or undefined when it has them. */
export type TokenAnswer = RateLimitExceeded | Promise<void> | undefined;

/**
 * Takes the tokens that one call or one attempt costs from all limits that count it, or from none. Waits only where the limits let a call
 * wait, and only if it is `patient`.
 *
 * @throws InvalidArgumentError for a cost that can never pass. The promise rejects with RateLimitExceeded when the tokens do not come in time, with
 * the caller's reason when it aborts, or with the deadline error
 */
export function askForTokens(operation: Operation, call: Call, per: LimitUse, patient = true): TokenAnswer {
  const { limits } = operation;
  if (limits === undefined) return undefined;
  // Nobody is told of the usual decision, so it need not be written down.
  if (call.telling === 'nothing') {
    const refusal = limits.takeQuietly(call.rateLimitKey, call.cost, per, true);
    if (refusal !== null) return refusal;
  } else if (call.telling === 'plain' && limits.takeQuietly(call.rateLimitKey, call.cost, per, false) === undefined) {
    noteAdmitted(call, per, limits.of(per));
    return undefined;
  }
  const request = limits.take(call.rateLimitKey, call.cost, per);
  if (request === undefined) return undefined;
  if (call.telling === 'plain' && request.admitted && limits.of(per).enforced) {
    noteAdmitted(call, per, limits.of(per));
    return undefined;
  }
  if (!request.admitted && patient && request.canWait(call.remainingMs)) return waitForTokens(operation, call, request);
  tellVerdicts(operation, call, request);
  return request.admitted ? undefined : request.error(operation.name);
}

/**
 * {@link askForTokens}, throwing refusals.
 *
 * @throws RateLimitExceeded
 */
export function takeTokens(operation: Operation, call: Call, per: LimitUse, patient = true): Promise<void> | undefined {
  const answer = askForTokens(operation, call, per, patient);
  if (answer instanceof RateLimitExceeded) throw answer;
  return answer;
}

function noteAdmitted(call: Call, per: LimitUse, limits: LimitSet): void {
  if (per === 'attempt') call.attemptLimits = limits;
  else call.callLimits = limits;
}

async function waitForTokens(operation: Operation, call: Call, request: LimitRequest): Promise<void> {
  const end = await request.wait(call.remainingMs, call.signal);
  call.limiterMs += request.waitedMs;
  tellVerdicts(operation, call, request);
  if (end === 'admitted') return;
  call.assertAlive();
  throw request.error(operation.name);
}

/** Stands for a question to the limits that no call follows. It has no end of which a plain call could be told. */
export function callOfLimits({ name, config, environment }: Operation, key: CallKey, cost: number): Call {
  const call = new Call(name, config.timeout, { key, cost }, environment.clock);
  if (environment.notifier.poll() !== 'nothing') call.telling = 'all';
  return call;
}

/** Tells what every limit said; of a call that was refused, nothing of those that had the tokens: nobody took them. */
export function tellVerdicts({ environment: { notifier } }: Operation, call: Call, request: LimitRequest): void {
  if (call.telling === 'nothing') return;
  for (const verdict of request.verdicts()) {
    const { name, result, mode, waitMs, limit, remaining, retryAfterMs } = verdict;
    if (result === 'admitted' && !request.admitted) continue;
    tell(notifier, call, {
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
