import type { RateLimitConfig, RuntimeConfig } from '../config/types.ts';
import { getDefaultBridge } from './default-bridge.ts';

/** The limit of operations that the config does not know. */
export const UNKNOWN_OPERATION_LIMIT: RateLimitConfig = Object.freeze({ capacity: 30, windowSeconds: 60 });

/**
 * The rate limit that `checkRateLimit` holds a newcomer to, overrides aside: 30 per 60 s for an operation that the config does not know. Of
 * several limits it is the one that refuses first who sends all at once: the smallest capacity, of equal ones the longest window. Undefined
 * where everything passes: the operation has no limit or only watches it, or rate limiting is off.
 *
 * @param config default: that of the default bridge
 */
export function getRateLimitForOperation(
  operation: string,
  config: RuntimeConfig = getDefaultBridge().config,
): RateLimitConfig | undefined {
  if (!config.rateLimiting.enabled) return undefined;
  if (!Object.hasOwn(config.operations, operation)) return UNKNOWN_OPERATION_LIMIT;
  const policies = config.operations[operation];
  let tightest: RateLimitConfig | undefined;
  for (const limit of [policies?.rateLimit, ...(policies?.rateLimits ?? [])]) {
    if (limit == null || limit.mode === 'shadow') continue;
    if (tightest === undefined || isTighter(limit, tightest)) tightest = limit;
  }
  return tightest === undefined ? undefined : { capacity: tightest.capacity, windowSeconds: tightest.windowSeconds };
}

function isTighter(one: RateLimitConfig, other: RateLimitConfig): boolean {
  if (one.capacity !== other.capacity) return one.capacity < other.capacity;
  return one.windowSeconds > other.windowSeconds;
}
