import { attributes, metrics, prometheusLabelName, prometheusMetricName } from '@crossbridge/otel';

/** The metrics that the demo reads, as `/metrics` names them. A histogram is without `_bucket`, `_sum` and `_count`. */
export const METRIC = {
  callDuration: prometheusMetricName(metrics.callDuration),
  attemptDuration: prometheusMetricName(metrics.attemptDuration),
  retryDecisions: prometheusMetricName(metrics.retryDecisions),
  rateLimitRequests: prometheusMetricName(metrics.rateLimitRequests),
  bulkheadRejections: prometheusMetricName(metrics.bulkheadRejections),
  breakerState: prometheusMetricName(metrics.breakerState),
  breakerTransitions: prometheusMetricName(metrics.breakerTransitions),
  breakerRejections: prometheusMetricName(metrics.breakerRejections),
  healthOverall: prometheusMetricName(metrics.healthOverall),
} as const;

/** The labels that the demo reads. */
export const LABEL = {
  operation: prometheusLabelName(attributes.operation.name),
  outcome: prometheusLabelName(attributes.outcome.name),
  attemptKind: prometheusLabelName(attributes.attemptKind.name),
  retryDecision: prometheusLabelName(attributes.retryDecision.name),
  rateLimitResult: prometheusLabelName(attributes.rateLimitResult.name),
  breakerState: prometheusLabelName(attributes.breakerState.name),
  breakerFrom: prometheusLabelName(attributes.breakerFrom.name),
  breakerTo: prometheusLabelName(attributes.breakerTo.name),
  mode: prometheusLabelName(attributes.mode.name),
  healthStatus: prometheusLabelName(attributes.healthStatus.name),
} as const;
