import type { RateLimitExceeded } from '../errors.ts';
import type { LimitRequest } from '../rate-limit/limit-request.ts';
import type { OperationLimits } from '../rate-limit/operation-limits.ts';
import type { SharedRequest } from '../rate-limit/shared/shared-request.ts';
import type { Call } from './call.ts';
import type { Operation } from './operation.ts';
import { callOfLimits, tellVerdicts } from './tell-verdicts.ts';

/**
 * Takes tokens where processes share limits: of the limits of this process first, whose tokens can be given back at once when the shared ones
 * refuse. At once where leased tokens are enough. Who is not `patient` gets nothing that the store would have to be asked for.
 *
 * @throws InvalidArgumentError for a cost that can never pass
 */
export function takeShared(
  operation: Operation,
  call: Call,
  limits: OperationLimits,
  per: Parameters<OperationLimits['take']>[2],
  shared: SharedRequest,
  patient: boolean,
): RateLimitExceeded | Promise<void> | undefined {
  const local = limits.take(call.rateLimitKey, call.cost, per);
  if (local !== undefined && !local.admitted) {
    if (patient && local.canWait(call.remainingMs)) return waitForBoth(operation, call, local, shared);
    tellVerdicts(operation, call, local);
    return local.error(operation.name);
  }
  const decided = shared.decideNow();
  const settled = decided && (shared.admitted || !shared.canWait(call.remainingMs));
  if (settled || !patient) return conclude(operation, call, local, shared);
  return waitForBoth(operation, call, local, shared);
}

async function waitForBoth(
  operation: Operation,
  call: Call,
  local: LimitRequest | undefined,
  shared: SharedRequest,
): Promise<void> {
  if (local !== undefined && !local.admitted) {
    const end = await local.wait(call.remainingMs, call.signal);
    call.limiterMs += local.waitedMs;
    if (end !== 'admitted') {
      tellVerdicts(operation, call, local);
      call.assertAlive();
      throw local.error(operation.name);
    }
  }
  await shared.wait(call.remainingMs, call.signal);
  call.limiterMs += shared.waitedMs;
  const refusal = conclude(operation, call, local, shared);
  if (refusal === undefined) return;
  call.assertAlive();
  throw refusal;
}

function conclude(
  operation: Operation,
  call: Call,
  local: LimitRequest | undefined,
  shared: SharedRequest,
): RateLimitExceeded | undefined {
  if (!shared.admitted) {
    local?.giveBack();
    tellVerdicts(operation, call, shared);
    return shared.error(operation.name);
  }
  if (local !== undefined) tellVerdicts(operation, call, local);
  tellVerdicts(operation, call, shared);
  shared.watch((verdict, atOnce) => {
    // What is decided later may come after the end of the call, of which nothing may be told then.
    const about = atOnce ? call : callOfLimits(operation, call.rateLimitKey, call.cost);
    tellVerdicts(operation, about, { admitted: true, verdicts: () => [verdict] });
  });
  return undefined;
}
