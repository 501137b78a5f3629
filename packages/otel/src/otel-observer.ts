import type { BridgeEvent, Observer, Scope } from '@crossbridge/core';
import type { Context } from '@opentelemetry/api';
import { sayInvisibleSdk } from './api-copies.ts';
import { BreakerStates } from './breaker-states.ts';
import type { BridgeState, ReadState } from './bridge-state.ts';
import { reportFailure } from './failures.ts';
import { InstrumentMetrics } from './instrument-metrics.ts';
import type { KeepWhatHurt } from './keep-what-hurt.ts';
import type { MetricProducer, Temporality } from './metric-data.ts';
import { followModelCalls } from './model-calls.ts';
import type { PlainCall } from './operation-measurements.ts';
import { ProducedMetrics } from './produced-metrics.ts';
import { runIn } from './run-in-context.ts';
import { type AttemptSpans, CallSpans } from './spans.ts';
import { StateLog, type StateLogLine } from './state-log.ts';
import { followStreams } from './streams.ts';

export interface OtelObserverOptions {
  /**
   * Where to read what gauges show and which series begin at zero. Called when a reader collects and when instruments are
   * made; undefined while there is no bridge yet. Default: no gauges.
   */
  readonly state?: () => BridgeState | undefined;
  /**
   * How metrics leave. `instruments` (default): through the meter provider that is registered, whoever brought it. `producer`: through
   * {@link OtelObserver.metricProducer}, which readers of the SDK must be given; costs a fraction, and has exemplars.
   */
  readonly metrics?: 'instruments' | 'producer';
  /**
   * Spans for attempts. `auto` (default): one of ours, made after the fact, where {@link AttemptAnnotator} saw no client span and the
   * attempt was not the only one, which the span of its call stands for. `always`: one of ours, active during the attempt. `never`: none of ours.
   */
  readonly attemptSpans?: AttemptSpans;
  /** Keeps the trace of every call that hurt. Its sampler and its ids must be those of the tracer provider. Default: the sampler decides. */
  readonly keep?: KeepWhatHurt;
  /** Whether call spans carry the hash of the key. Default false: the key may be personal. */
  readonly recordKey?: false | 'hashed';
  /**
   * Told the changes of state (circuit breakers, health, config) that no OpenTelemetry logger collects. Without it they are told to
   * OpenTelemetry only. At most 6 a minute of one kind about one thing.
   */
  readonly writeLog?: (line: StateLogLine) => void;
  /**
   * Whether the streamed answers that `@crossbridge/integrations` guards are measured, all of the process, whichever bridge they belong to: for
   * one observer of it. Default false.
   */
  readonly streams?: boolean;
  /**
   * Whether the calls of models that hardened clients make are measured as OpenTelemetry's conventions for generative AI say, all of the process,
   * whichever bridge they belong to: for one observer of it. Default false. An application whose own instrumentation makes the same metrics
   * (`gen_ai.client.*`) would count each call twice.
   */
  readonly genAi?: boolean;
  /** Milliseconds, on the time line of `performance.now()` or since 1970. Default `performance.now`. */
  readonly now?: () => number;
}

/** An observer that tells OpenTelemetry. */
export interface OtelObserver extends Required<Observer> {
  /**
   * For the option `metricProducers` of a reader of the SDK, one for each reader. Default `cumulative`.
   *
   * @throws Error when the observer was made for instruments
   */
  metricProducer(temporality?: Temporality): MetricProducer;
  /**
   * Moves the instruments to the meter provider that is registered now. Every event does so too: call it only after an SDK
   * was started, so that gauges and zeros are there before the first call.
   */
  refresh(): void;
  /** Takes the gauges off the meter provider. */
  close(): void;
}

/**
 * Makes spans and metrics of what a bridge does, through whichever OpenTelemetry SDK is registered, even later. Without
 * one it costs next to nothing. It never throws into a call: its own failures go to OpenTelemetry's diagnostic log.
 */
export function createOtelObserver(options: OtelObserverOptions = {}): OtelObserver {
  const { state, keep, writeLog, attemptSpans = 'auto', recordKey = false } = options;
  const { now = () => performance.now() } = options;
  const breakers = new BreakerStates(state);
  const metrics = new (options.metrics === 'producer' ? ProducedMetrics : InstrumentMetrics)(readerOf(state));
  const onLost = (): void => metrics.lose('call_not_kept');
  const spans = new CallSpans({ attemptSpans, recordKey, now: options.now, breakers, keep, onLost });
  const log = new StateLog(writeLog, () => metrics.lose('log_suppressed'), now);
  const isActive = (): boolean => metrics.active;
  const unfollow = [
    ...(options.streams === true ? [followStreams(metrics.sink, isActive)] : []),
    ...(options.genAi === true ? [followModelCalls(metrics.sink, isActive)] : []),
  ];
  const refresh = (): void => safely('refreshing the instruments', () => void metrics.active);
  refresh();
  return {
    around: <T>(scope: Scope, next: () => Promise<T>): Promise<T> => {
      if (!spans.active) return next();
      let inner: Context | undefined;
      try {
        inner = spans.enter(scope);
      } catch (error) {
        reportFailure('entering a scope', error);
      }
      return inner === undefined ? next() : runIn(inner, next);
    },
    on: (event: BridgeEvent): void => {
      // Written out rather than wrapped: a function object for each part of each event is a good part of its cost.
      let inner: Context | undefined;
      try {
        inner = spans.contextOf(event);
      } catch (error) {
        reportFailure('recording a span', error);
      }
      try {
        metrics.record(event, inner);
      } catch (error) {
        reportFailure('recording a metric', error);
      }
      try {
        spans.on(event);
      } catch (error) {
        reportFailure('recording a span', error);
      }
      try {
        log.on(event, inner);
      } catch (error) {
        reportFailure('writing a log record', error);
      }
    },
    plain: (call: PlainCall): void => {
      let inner: Context | undefined;
      try {
        inner = spans.contextOfPlain(call);
      } catch (error) {
        reportFailure('recording a span', error);
      }
      try {
        metrics.plain(call, inner);
      } catch (error) {
        reportFailure('recording a metric', error);
      }
      try {
        spans.plain(call);
      } catch (error) {
        reportFailure('recording a span', error);
      }
    },
    // Told of every change of state even without any SDK, when there is a log to write it to.
    wants: () => {
      if (spans.active) return spans.wantsAll || 'scoped';
      if (metrics.active) return 'plain';
      sayInvisibleSdk();
      return writeLog !== undefined && 'plain';
    },
    metricProducer: (temporality = 'cumulative') => {
      if (metrics instanceof ProducedMetrics) return metrics.producer(temporality);
      throw new Error(
        "This observer uses instruments: create it with { metrics: 'producer' } to get a metric producer",
      );
    },
    refresh,
    close: () => {
      for (const end of unfollow) end();
      safely('closing', () => metrics.close());
    },
  };
}

/** Reads the state of the bridge, when there is one, without ever failing. */
function readerOf(state: OtelObserverOptions['state']): ReadState {
  return (reader) => {
    try {
      const live = state?.();
      if (live !== undefined) reader(live);
    } catch (error) {
      reportFailure('reading the state of the bridge', error);
    }
  };
}

function safely<T>(activity: string, action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    reportFailure(activity, error);
    return undefined;
  }
}
