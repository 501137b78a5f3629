import type { BridgeEvent, Observer } from '@crossbridge/core';

export type PlainCall = Parameters<Required<Observer>['plain']>[0];

/** The facts for which the one of a plain call stands, in their order. */
export function storyOf(call: PlainCall): BridgeEvent[] {
  const { rateLimits, attemptMs, durationMs } = call;
  const attempt = { call, attempt: 1, kind: 'initial' } as const;
  return [
    { type: 'call.started', call },
    ...rateLimits.map((rateLimit): BridgeEvent => {
      const unknown = { limit: Number.NaN, remaining: Number.NaN };
      return {
        type: 'rate_limit.decided',
        call,
        rateLimit,
        result: 'admitted',
        mode: 'enforce',
        waitMs: 0,
        ...unknown,
        retryAfterMs: 0,
      };
    }),
    { type: 'attempt.started', ...attempt },
    { type: 'attempt.ended', ...attempt, outcome: 'success', errorType: undefined, durationMs: attemptMs },
    { type: 'call.ended', call, outcome: 'success', errorType: undefined, durationMs },
  ];
}
