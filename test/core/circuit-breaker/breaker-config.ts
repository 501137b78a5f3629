import type { CircuitBreakerConfig } from '@crossbridge/core/config';

/** A breaker with numbers that are easy to reach. */
export function breakerConfig(config: Partial<CircuitBreakerConfig> = {}): CircuitBreakerConfig {
  return {
    consecutiveFailures: null,
    countWindow: null,
    failureRatio: 0.5,
    minimumCalls: 4,
    windowMs: 10_000,
    openForMs: 1_000,
    halfOpenProbes: 1,
    slowCallMs: null,
    slowCallRatio: 0.5,
    per: 'operation',
    maxTargets: 3,
    mode: 'enforce',
    ...config,
  };
}
