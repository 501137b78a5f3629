import type { Counter, Histogram, Meter, MetricOptions, ObservableGauge, UpDownCounter } from '@opentelemetry/api';
import type { MetricDefinition } from './signals/definitions.ts';
import * as metric from './signals/metrics.ts';

/** The instruments of the catalogue on one meter. They belong to its provider for ever: a new provider needs new ones. */
export interface Instruments {
  readonly callDuration: Histogram;
  readonly callActive: UpDownCounter;
  readonly callPhaseDuration: Histogram;
  readonly attemptDuration: Histogram;
  readonly retryDecisions: Counter;
  readonly retryDelay: Histogram;
  readonly retryWastedDuration: Counter;
  readonly hedgeDecisions: Counter;
  readonly timeoutExceeded: Counter;
  readonly fallbackCalls: Counter;
  readonly rateLimitRequests: Counter;
  readonly rateLimitWaitDuration: Histogram;
  readonly rateLimitLimit: ObservableGauge;
  readonly bulkheadActive: ObservableGauge;
  readonly bulkheadQueued: ObservableGauge;
  readonly bulkheadLimit: ObservableGauge;
  readonly bulkheadRejections: Counter;
  readonly breakerState: ObservableGauge;
  readonly breakerTransitions: Counter;
  readonly breakerRejections: Counter;
  readonly healthStatus: ObservableGauge;
  readonly healthOverall: ObservableGauge;
  readonly healthFlapping: ObservableGauge;
  readonly healthTransitions: Counter;
  readonly healthCheckDuration: Histogram;
  readonly patchStatus: ObservableGauge;
  readonly configReloads: Counter;
}

export function createInstruments(meter: Meter): Instruments {
  const histogram = (definition: MetricDefinition): Histogram =>
    meter.createHistogram(definition.name, options(definition));
  const counter = (definition: MetricDefinition): Counter => meter.createCounter(definition.name, options(definition));
  const gauge = (definition: MetricDefinition): ObservableGauge =>
    meter.createObservableGauge(definition.name, options(definition));
  return {
    callDuration: histogram(metric.callDuration),
    callActive: meter.createUpDownCounter(metric.callActive.name, options(metric.callActive)),
    callPhaseDuration: histogram(metric.callPhaseDuration),
    attemptDuration: histogram(metric.attemptDuration),
    retryDecisions: counter(metric.retryDecisions),
    retryDelay: histogram(metric.retryDelay),
    retryWastedDuration: counter(metric.retryWastedDuration),
    hedgeDecisions: counter(metric.hedgeDecisions),
    timeoutExceeded: counter(metric.timeoutExceeded),
    fallbackCalls: counter(metric.fallbackCalls),
    rateLimitRequests: counter(metric.rateLimitRequests),
    rateLimitWaitDuration: histogram(metric.rateLimitWaitDuration),
    rateLimitLimit: gauge(metric.rateLimitLimit),
    bulkheadActive: gauge(metric.bulkheadActive),
    bulkheadQueued: gauge(metric.bulkheadQueued),
    bulkheadLimit: gauge(metric.bulkheadLimit),
    bulkheadRejections: counter(metric.bulkheadRejections),
    breakerState: gauge(metric.breakerState),
    breakerTransitions: counter(metric.breakerTransitions),
    breakerRejections: counter(metric.breakerRejections),
    healthStatus: gauge(metric.healthStatus),
    healthOverall: gauge(metric.healthOverall),
    healthFlapping: gauge(metric.healthFlapping),
    healthTransitions: counter(metric.healthTransitions),
    healthCheckDuration: histogram(metric.healthCheckDuration),
    patchStatus: gauge(metric.patchStatus),
    configReloads: counter(metric.configReloads),
  };
}

function options(definition: MetricDefinition): MetricOptions {
  const { description, unit } = definition;
  if (definition.type !== 'histogram') return { description, unit };
  return { description, unit, advice: { explicitBucketBoundaries: [...definition.boundaries] } };
}
