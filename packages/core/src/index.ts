export type { Bridge } from './bridge.ts';
export type { BridgeOptions } from './bridge-options.ts';
export type { BridgeStateView, RateLimiterState, RateLimitStoreState } from './bridge-state.ts';
export type { BreakerControl } from './circuit-breaker/breaker-registry.ts';
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
export type { ErrorMatch, ErrorRule, StatusClass } from './classification/error-rule.ts';
export type { ErrorExplanation, ExplainedLink, ExplainOptions } from './classification/explain.ts';
export { explainError } from './classification/explain.ts';
export { withLastWord } from './classification/last-word.ts';
export { headerOf, retryAfterMsOf } from './classification/retry-after.ts';
export type { Clock, Timer } from './clock.ts';
export { systemClock } from './clock.ts';
export type { BridgePolicyOptions } from './cockatiel/bridge-policy.ts';
export { bridgePolicy } from './cockatiel/bridge-policy.ts';
export { loadRuntimeConfig } from './config/load.ts';
export { createBridge } from './create-bridge.ts';
export type { AdHocRateLimit, CheckRateLimitOptions } from './default-bridge/check-rate-limit.ts';
export { checkRateLimit, getRateLimiter } from './default-bridge/check-rate-limit.ts';
export { getDefaultBridge, setDefaultBridge } from './default-bridge/default-bridge.ts';
export { getHealthRegistry } from './default-bridge/health-registry.ts';
export { getRateLimitForOperation } from './default-bridge/rate-limit-for-operation.ts';
export type { RetryableWrapper } from './default-bridge/retry.ts';
export { getRetryPolicyByName, retryable, retryWithBackoff } from './default-bridge/retry.ts';
export * from './errors.ts';
export type { CheckContext } from './health/check.ts';
export { HealthCheck } from './health/check.ts';
export type { CheckHealth, LastResult, OverallHealth } from './health/check-health.ts';
export type { Checkable } from './health/checkable.ts';
export type { AIProviderCheckOptions } from './health/checks/ai-provider.ts';
export { AIProviderHealthCheck } from './health/checks/ai-provider.ts';
export type { HttpCheckOptions } from './health/checks/http.ts';
export { HttpHealthCheck } from './health/checks/http.ts';
export { PingHealthCheck } from './health/checks/ping.ts';
export type { CheckFunction } from './health/checks/simple.ts';
export { SimpleHealthCheck } from './health/checks/simple.ts';
export { TcpHealthCheck } from './health/checks/tcp.ts';
export type { TcpAddress } from './health/checks/tcp-address.ts';
export type { VectorStoreCheckOptions } from './health/checks/vector-store.ts';
export { VectorStoreHealthCheck } from './health/checks/vector-store.ts';
export type { HealthEvent, HealthEventHandler } from './health/events.ts';
export { isProbe, runAsProbe } from './health/probe.ts';
export type { Quota } from './health/quota.ts';
export type { RegisterOptions } from './health/register-options.ts';
export type { HealthRegistryOptions } from './health/registry.ts';
export { HealthRegistry } from './health/registry.ts';
export type { HealthReport } from './health/report.ts';
export type { HealthResultFields, HealthResultJson } from './health/result.ts';
export { HealthResult } from './health/result.ts';
export { HealthStatus } from './health/status.ts';
export type { Traffic as CallTotals, TrafficSource } from './health/traffic.ts';
export type { ObserverErrorHandler } from './notifier.ts';
export type * from './observer.ts';
export type { Authority, Layer } from './one-authority.ts';
export { authorityOver, isRetriedAround, runAsAttempt, willAskAbout } from './one-authority.ts';
export type { OptionNames } from './options.ts';
export { assertOptions, optionNames, refuseOption } from './options.ts';
export type { AttemptContext, AttemptFunction } from './pipeline/attempt.ts';
export type { OperationState, RateLimitState } from './pipeline/operation-state.ts';
export { processWide } from './process-wide.ts';
export type { CallKey } from './rate-limit/call-key.ts';
export type { RateLimitDecision } from './rate-limit/decision.ts';
export type { HeaderDecision } from './rate-limit/headers.ts';
export { rateLimitHeaders } from './rate-limit/headers.ts';
export type { ReserveOptions } from './rate-limit/operation-limits.ts';
export type { AcquireOptions, RateLimiterOptions, RateLimiterStats } from './rate-limit/rate-limiter.ts';
export { RateLimiter } from './rate-limit/rate-limiter.ts';
export type { Reservation } from './rate-limit/reservation.ts';
export type {
  DecisionSource,
  SharedDecision,
  SharedRate,
} from './rate-limit/shared/shared-decision.ts';
export type { SharedLimit } from './rate-limit/shared/shared-limit.ts';
export { SharedRateLimiter } from './rate-limit/shared/shared-limiter.ts';
export type { SharedRateLimiterOptions, StoreEvent } from './rate-limit/shared/shared-options.ts';
export type { SharedReservation } from './rate-limit/shared/shared-reservation.ts';
export type { SharedStoreClient, StoreCommand } from './rate-limit/shared/store-client.ts';
export { StoreUnavailable } from './rate-limit/shared/store-errors.ts';
export type { StoreErrorMode, StoreFact, StoreResult, StoreState } from './rate-limit/shared/store-state.ts';
export type { SharedClaim } from './rate-limit/shared/take-all.ts';
export { takeAll } from './rate-limit/shared/take-all.ts';
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
export type { Fairness, SharedLimitsReport } from './simulate/shared/shared-limits-report.ts';
export { sharedLimitsText } from './simulate/shared/shared-limits-report.ts';
export type { SharedLimitsLoad } from './simulate/shared/simulate-shared-limits.ts';
export { simulateSharedLimits } from './simulate/shared/simulate-shared-limits.ts';
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
export { willAskAboutThoseOf } from './will-ask.ts';
