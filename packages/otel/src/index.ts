export type {
  BridgeState,
  HealthState,
  OperationState,
  PatchStatus,
  Phase,
  RateLimitResult,
  RateLimitState,
} from './bridge-state.ts';
export { SCOPE_NAME, SCOPE_VERSION } from './instrumentation-scope.ts';
export { KeepWhatHurt, type KeepWhatHurtOptions } from './keep-what-hurt.ts';
export type { Severity, StateChange } from './log-record.ts';
export type { CollectedMetrics, MetricProducer, Temporality } from './metric-data.ts';
export { createOtelObserver, type OtelObserver, type OtelObserverOptions } from './otel-observer.ts';
export {
  type PrometheusMetricType,
  prometheusLabelName,
  prometheusMetricName,
  prometheusUnit,
} from './prometheus-names.ts';
export * as attributes from './signals/attributes.ts';
export * from './signals/definitions.ts';
export * as spanEvents from './signals/events.ts';
export * as logs from './signals/logs.ts';
export * as metrics from './signals/metrics.ts';
export * as spans from './signals/spans.ts';
export { CATALOGUE } from './signals.ts';
export { AttemptAnnotator } from './span-processor.ts';
export type { AttemptSpans } from './spans.ts';
export type { StateLogLine } from './state-log.ts';
