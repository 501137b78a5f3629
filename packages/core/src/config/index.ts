export { ConfigError } from './config-error.ts';
export { type ConfigChange, diffConfig } from './diff.ts';
export { type DurationRule, formatDuration, parseDuration } from './duration.ts';
export type {
  BulkheadInput,
  CircuitBreakerInput,
  ErrorRulesInput,
  HealthChecksInput,
  HealthProviderInput,
  HedgeInput,
  OperationInput,
  OperationRateLimitInput,
  OperationRetryInput,
  PatchesInput,
  RateLimitingInput,
  RateLimitStoreInput,
  RetryInput,
  RetryPolicyInput,
  RuntimeConfigInput,
  TelemetryInput,
  TimeoutInput,
  UpstreamInput,
} from './input.ts';
export { crossbridgeJsonSchema, type JsonSchema } from './json-schema.ts';
export { type LoadedConfig, type LoadOptions, loadRuntimeConfig } from './load.ts';
export { type ParsedConfig, type ParseOptions, parseRuntimeConfig } from './parse.ts';
export { type ConfigProblem, type ConfigWarning, formatProblem } from './problem.ts';
export { resolveRuntimeConfig } from './resolve.ts';
export type * from './types.ts';
export { type ConfigWatcher, type WatchOptions, watchRuntimeConfig } from './watch.ts';
