import type { CallKey } from '../rate-limit/call-key.ts';
import type { LimitAnswer } from '../rate-limit/operation-limits.ts';
import { Call } from './call.ts';
import type { Operation } from './operation.ts';
import { tell } from './tell.ts';

/** Stands for a question to the limits that no call follows. It has no end of which a plain call could be told. */
export function callOfLimits({ name, config, environment }: Operation, key: CallKey | undefined, cost: number): Call {
  const call = new Call(name, config.timeout, { key, cost }, environment.clock);
  if (environment.notifier.poll() !== 'nothing') call.telling = 'all';
  return call;
}

/** Tells what every limit said; of a call that was refused, nothing of those that had the tokens: nobody took them. */
export function tellVerdicts({ environment: { notifier } }: Operation, call: Call, request: LimitAnswer): void {
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
