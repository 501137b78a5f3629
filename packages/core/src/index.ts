export type { Bridge, BridgeOptions, BridgeStateView } from './bridge.ts';
export { createBridge } from './bridge.ts';
export type { Classification, Classifier, ClassifierOptions } from './classification/classify.ts';
export { createClassifier } from './classification/classify.ts';
export { headerOf, retryAfterMsOf } from './classification/retry-after.ts';
export type { Clock, Timer } from './clock.ts';
export { systemClock } from './clock.ts';
export * from './errors.ts';
export type { CheckHealth, HealthStatus, OverallHealth } from './health/status.ts';
export type { ObserverErrorHandler } from './notifier.ts';
export type * from './observer.ts';
export type { AttemptContext, AttemptFunction } from './pipeline/attempt.ts';
export type { OperationState } from './pipeline/operation-state.ts';
export type { RateLimiterOptions, RateLimiterStats } from './rate-limit/rate-limiter.ts';
export { RateLimiter } from './rate-limit/rate-limiter.ts';
export type { BucketDecision } from './rate-limit/token-bucket.ts';
export { TokenBucket } from './rate-limit/token-bucket.ts';
export type { Random } from './retry/backoff.ts';
export {
  AuthenticationError,
  NetworkError,
  NonRetryableError,
  RateLimitError,
  RetryableError,
  ServerError,
  ValidationError,
} from './retry/errors.ts';
export type { RunOptions } from './run-options.ts';
