import { ConsecutiveBreaker, type IBreaker } from 'cockatiel';
import type { Clock } from '../clock.ts';
import type { CircuitBreakerConfig } from '../config/types.ts';
import { RatioBreaker } from './ratio-breaker.ts';

/** The strategy that the config asks for: failures in a row when `consecutiveFailures` is set, else a share of a time window. */
export function breakerStrategy(config: CircuitBreakerConfig, clock: Clock): () => IBreaker {
  const { consecutiveFailures, failureRatio, minimumCalls, windowMs } = config;
  if (consecutiveFailures !== null) return () => new ConsecutiveBreaker(consecutiveFailures);
  return () => new RatioBreaker({ failureRatio, minimumCalls, windowMs, clock });
}
