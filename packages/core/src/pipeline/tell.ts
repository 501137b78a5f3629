import type { Notifier } from '../notifier.ts';
import type { BridgeEvent } from '../observer.ts';
import type { LimitSet } from '../rate-limit/limit-set.ts';
import type { Call } from './call.ts';

/** Tells a fact of a call: when the call has been plain so far, after all that has happened to it before. */
export function tell(notifier: Notifier, call: Call, event: BridgeEvent): void {
  if (call.telling === 'nothing') return;
  if (call.telling === 'plain') tellSoFar(notifier, call);
  notifier.tell(event);
}

/** Tells what has happened to a call that was plain until now; from here on it is told fact by fact. */
export function tellSoFar(notifier: Notifier, call: Call): void {
  call.telling = 'all';
  notifier.tell({ type: 'call.started', call });
  tellAdmitted(notifier, call, call.callLimits);
  tellAdmitted(notifier, call, call.attemptLimits);
  if (call.attempts > 0) notifier.tell({ type: 'attempt.started', call, attempt: 1, kind: 'initial' });
}

/** Tells that a call was plain from its beginning to its end. */
export function tellPlain(notifier: Notifier, call: Call, endedAtMs: number): void {
  call.durationMs = endedAtMs - call.startedAtMs;
  call.telling = 'nothing';
  notifier.plain(call);
}

function tellAdmitted(notifier: Notifier, call: Call, { all }: LimitSet): void {
  for (const rule of all) {
    const { limit, remaining } = rule.levelOf(call.rateLimitKey);
    notifier.tell({
      type: 'rate_limit.decided',
      call,
      rateLimit: rule.config.name,
      result: 'admitted',
      mode: 'enforce',
      waitMs: 0,
      limit,
      remaining,
      retryAfterMs: 0,
    });
  }
}
