import { InvalidArgumentError, RateLimitExceeded } from '../errors.ts';
import type { LimitRequest } from '../rate-limit/limit-request.ts';
import type { LimitSet } from '../rate-limit/limit-set.ts';
import type { LimitUse, OperationLimits } from '../rate-limit/operation-limits.ts';
import type { Call } from './call.ts';
import type { Operation } from './operation.ts';
import { takeShared } from './take-shared-tokens.ts';
import { tellVerdicts } from './tell-verdicts.ts';

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
  const set = limits.of(per);
  if (set.shared.length > 0) return askShared(operation, call, limits, per, patient);
  // Nobody is told of the usual decision, so it need not be written down.
  if (call.telling === 'nothing') {
    const refusal = limits.takeQuietly(call.rateLimitKey, call.cost, per, true);
    if (refusal !== null) return refusal;
  } else if (call.telling === 'plain' && limits.takeQuietly(call.rateLimitKey, call.cost, per, false) === undefined) {
    noteAdmitted(call, per, set);
    return undefined;
  }
  const request = limits.take(call.rateLimitKey, call.cost, per);
  if (request === undefined) return undefined;
  if (call.telling === 'plain' && request.admitted && set.enforced) {
    noteAdmitted(call, per, set);
    return undefined;
  }
  if (!request.admitted && patient && request.canWait(call.remainingMs)) return waitForTokens(operation, call, request);
  tellVerdicts(operation, call, request);
  return request.admitted ? undefined : request.error(operation.name);
}

function askShared(
  operation: Operation,
  call: Call,
  limits: OperationLimits,
  per: LimitUse,
  patient: boolean,
): TokenAnswer {
  const set = limits.of(per);
  if (call.telling !== 'all' && set.lone?.spend(call.rateLimitKey, call.cost) === true) {
    if (call.telling === 'plain') noteAdmitted(call, per, set);
    return undefined;
  }
  const request = limits.askShared(call.rateLimitKey, call.cost, per);
  return request === undefined ? undefined : takeShared(operation, call, limits, per, request, patient);
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

/** @throws InvalidArgumentError where processes share a limit: whoever cannot wait for the store would have to be told a guess */
export function assertAnswersAtOnce({ name, limits }: Operation): void {
  if (limits?.of('all').needsStore !== true) return;
  throw new InvalidArgumentError(
    `'${name}' has a limit that processes share (rate_limiting.store), which cannot answer at once: use await bridge.reserve(key, '${name}', cost), or keep the limit to each process with shared: false`,
  );
}
