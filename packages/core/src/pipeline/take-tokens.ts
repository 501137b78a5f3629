import { RateLimitExceeded } from '../errors.ts';
import type { Call } from './call.ts';
import type { Operation } from './operation.ts';

/**
 * Takes the tokens that one call or one attempt costs.
 *
 * @throws RateLimitExceeded when they are not there
 */
export function takeTokens(operation: Operation, call: Call, per: 'call' | 'attempt'): void {
  const { limit, environment } = operation;
  if (limit === undefined || limit.config.per !== per) return;
  const decision = limit.decide(call.key, call.cost);
  if (environment.notifier.active) {
    environment.notifier.tell({
      type: 'rate_limit.decided',
      call,
      rateLimit: limit.name,
      result: decision.admitted ? 'admitted' : 'throttled',
      mode: limit.config.mode,
      waitMs: 0,
      limit: decision.limit,
      remaining: decision.remaining,
      retryAfterMs: decision.retryAfterMs,
    });
  }
  if (decision.admitted || limit.config.mode === 'shadow') return;
  throw new RateLimitExceeded({
    key: decision.key,
    operation: operation.name,
    limit: decision.limit,
    windowSeconds: decision.windowSeconds,
    retryAfterMs: decision.retryAfterMs,
  });
}
