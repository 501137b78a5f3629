export type { BreakerControl, Bridge, BridgeOptions, BridgeStateView } from './bridge.ts';
export { createBridge } from './bridge.ts';
export type { BreakerExtension, BreakerStrategy } from './circuit-breaker/breaker-strategy.ts';
export type {
  BreakerPermit,
  BreakerResult,
  BreakerSettings,
  CircuitBreakerOptions,
} from './circuit-breaker/circuit-breaker.ts';
export { CircuitBreaker } from './circuit-breaker/circuit-breaker.ts';
export type { Classification, Classifier, ClassifierOptions } from './classification/classify.ts';
export { createClassifier } from './classification/classify.ts';
export type { BreakerMeaning, ErrorClass, ErrorMeaning } from './classification/error-class.ts';
export type { ErrorMatch, ErrorRule } from './classification/error-rule.ts';
export type { ErrorExplanation, ExplainedLink } from './classification/explain.ts';
export { explainError } from './classification/explain.ts';
export { headerOf, retryAfterMsOf } from './classification/retry-after.ts';
export type { Clock, Timer } from './clock.ts';
export { systemClock } from './clock.ts';
export type { BridgePolicyOptions } from './cockatiel/bridge-policy.ts';
export { bridgePolicy } from './cockatiel/bridge-policy.ts';
export { loadRuntimeConfig } from './config/load.ts';
export type { AdHocRateLimit, CheckRateLimitOptions } from './default-bridge/check-rate-limit.ts';
export { checkRateLimit, getRateLimiter } from './default-bridge/check-rate-limit.ts';
export { getDefaultBridge, setDefaultBridge } from './default-bridge/default-bridge.ts';
export { getRateLimitForOperation } from './default-bridge/rate-limit-for-operation.ts';
export type { RetryableWrapper } from './default-bridge/retry.ts';
export { getRetryPolicyByName, retryable, retryWithBackoff } from './default-bridge/retry.ts';
export * from './errors.ts';
export type { CheckHealth, LastResult, OverallHealth } from './health/check-health.ts';
export { HealthStatus } from './health/status.ts';
export type { ObserverErrorHandler } from './notifier.ts';
export type * from './observer.ts';
export type { AttemptContext, AttemptFunction } from './pipeline/attempt.ts';
export type { OperationState, RateLimitState } from './pipeline/operation-state.ts';
export type { CallKey } from './rate-limit/call-key.ts';
export type { RateLimitDecision } from './rate-limit/decision.ts';
export type { HeaderDecision } from './rate-limit/headers.ts';
export { rateLimitHeaders } from './rate-limit/headers.ts';
export type { ReserveOptions } from './rate-limit/operation-limits.ts';
export type { AcquireOptions, RateLimiterOptions, RateLimiterStats } from './rate-limit/rate-limiter.ts';
export { RateLimiter } from './rate-limit/rate-limiter.ts';
export type { Reservation } from './rate-limit/reservation.ts';
export type { BucketDecision } from './rate-limit/token-bucket.ts';
export { TokenBucket } from './rate-limit/token-bucket.ts';
export type { AttemptRecord } from './retry/attempts-of.ts';
export { attemptsOf } from './retry/attempts-of.ts';
export type { Random } from './retry/backoff.ts';
export { calculateDelay } from './retry/calculate-delay.ts';
export { convertHttpErrorToRetry } from './retry/convert-http-error.ts';
export {
  AuthenticationError,
  NetworkError,
  NonRetryableError,
  RateLimitError,
  RetryableError,
  ServerError,
  ValidationError,
} from './retry/errors.ts';
export type { ErrorSelection, RetryPolicyOptions, RetrySelection } from './retry/policy.ts';
export { RetryPolicy } from './retry/policy.ts';
export type { RetryOptions } from './retry/retry-call.ts';
export { shouldRetry } from './retry/should-retry.ts';
export type { RetryStatsSummary } from './retry/stats.ts';
export { RetryStats } from './retry/stats.ts';
export type { Fallback, RunOptions } from './run-options.ts';
export type { Distribution } from './simulate/distribution.ts';
export type { KeyPart, KeyPopulation, Keys, WeightedKey } from './simulate/keys.ts';
export type { BreakerReport, BreakerTransition, LimitReport, PolicyReports } from './simulate/policy-report.ts';
export { seededRandom, seedOf } from './simulate/random.ts';
export type {
  CallFigures,
  LatencyReport,
  OperationReport,
  Quantiles,
  SeriesReport,
  SimulationReport,
  TargetReport,
  UpstreamReport,
} from './simulate/report.ts';
export type { SimulateOptions } from './simulate/simulate.ts';
export { simulate } from './simulate/simulate.ts';
export { simulationText } from './simulate/text.ts';
export type { TrafficShape } from './simulate/traffic.ts';
export type {
  Callers,
  FailureWindow,
  LatencyMs,
  OperationLoad,
  TargetLoad,
  Traffic,
  UpstreamLoad,
} from './simulate/workload.ts';
