import type { Clock } from '../clock.ts';
import type { CircuitBreakerConfig } from '../config/types.ts';
import type { BreakerStrategy } from './breaker-strategy.ts';
import type { BreakerSettings } from './circuit-breaker.ts';
import { CountWindow } from './count-window.ts';
import { RatioBreaker } from './ratio-breaker.ts';
import { StreakBreaker } from './streak-breaker.ts';
import { TimeWindow } from './time-window.ts';

/**
 * The strategy that the config asks for: failures in a row when `consecutiveFailures` is set, else the share of failures in the
 * last `countWindow` attempts or the last `windowMs`; and beside either, where `slowCallMs` is set, the share of slow attempts in that window.
 */
export function breakerStrategy(config: CircuitBreakerConfig, clock: Clock): () => BreakerStrategy {
  const { consecutiveFailures, slowCallMs } = config;
  if (consecutiveFailures === null) return () => ratioBreaker(config, config.failureRatio, clock);
  return () =>
    new StreakBreaker(
      consecutiveFailures,
      slowCallMs === null ? undefined : ratioBreaker(config, Number.POSITIVE_INFINITY, clock),
    );
}

/** What a breaker takes from its config. */
export function breakerSettings(config: CircuitBreakerConfig, clock: Clock): BreakerSettings {
  const { openForMs, halfOpenProbes } = config;
  return { strategy: breakerStrategy(config, clock), openForMs, halfOpenProbes };
}

function ratioBreaker(config: CircuitBreakerConfig, failureRatio: number, clock: Clock): RatioBreaker {
  const { countWindow, minimumCalls, windowMs, slowCallMs, slowCallRatio } = config;
  return new RatioBreaker({
    window: countWindow === null ? new TimeWindow(windowMs, clock) : new CountWindow(countWindow),
    failureRatio,
    // A window shorter than the minimum would never hold enough.
    minimumCalls: Math.min(minimumCalls, countWindow ?? Number.POSITIVE_INFINITY),
    slowCallMs: slowCallMs ?? Number.POSITIVE_INFINITY,
    slowCallRatio,
  });
}
