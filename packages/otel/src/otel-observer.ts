import type { BridgeEvent, Observer, Scope } from '@crossbridge/core';
import { type Context, context } from '@opentelemetry/api';
import { BreakerStates } from './breaker-states.ts';
import type { BridgeState } from './bridge-state.ts';
import { reportFailure } from './failures.ts';
import { MetricRecorder } from './metrics.ts';
import { type AttemptSpans, CallSpans } from './spans.ts';
import { StateLog, type StateLogLine } from './state-log.ts';

export interface OtelObserverOptions {
  /**
   * Where to read what gauges show and which series begin at zero. Called when a reader collects and when instruments are
   * made; undefined while there is no bridge yet. Default: no gauges.
   */
  readonly state?: () => BridgeState | undefined;
  /**
   * Spans for attempts. `auto` (default): one of ours, made after the fact, where {@link AttemptAnnotator} saw no client span,
   * so that each attempt has a span of its own. `always`: one of ours, active during the attempt. `never`: none of ours.
   */
  readonly attemptSpans?: AttemptSpans;
  /** Whether call spans carry the hash of the key. Default false: the key may be personal. */
  readonly recordKey?: false | 'hashed';
  /**
   * Told the changes of state (circuit breakers, health, config) that no OpenTelemetry logger collects. Without it they are told to
   * OpenTelemetry only. At most 6 a minute of one kind about one thing.
   */
  readonly writeLog?: (line: StateLogLine) => void;
  /** Milliseconds, on the time line of `performance.now()` or since 1970. Default `performance.now`. */
  readonly now?: () => number;
}

/** An observer that tells OpenTelemetry. */
export interface OtelObserver extends Required<Observer> {
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
  const { state, writeLog, attemptSpans = 'auto', recordKey = false, now = () => performance.now() } = options;
  const breakers = new BreakerStates(state);
  const spans = new CallSpans({ attemptSpans, recordKey, now, breakers });
  const recorder = new MetricRecorder(state);
  const log = new StateLog(writeLog, now);
  const refresh = (): void => safely('refreshing the instruments', () => void recorder.refresh());
  refresh();
  return {
    around: <T>(scope: Scope, next: () => Promise<T>): Promise<T> => {
      const inner = safely('entering a scope', () => spans.enter(scope));
      return inner === undefined ? next() : runIn(inner, next);
    },
    on: (event: BridgeEvent): void => {
      safely('recording a metric', () => recorder.record(event, spans.contextOf(event.call)));
      safely('recording a span', () => spans.on(event));
      safely('writing a log record', () => log.on(event, spans.contextOf(event.call)));
    },
    refresh,
    close: () => safely('closing', () => recorder.close()),
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

/** Runs `next` exactly once, even if the context manager fails before or after it. */
function runIn<T>(inner: Context, next: () => Promise<T>): Promise<T> {
  let started: { readonly result: Promise<T> } | undefined;
  let entered = false;
  try {
    context.with(inner, () => {
      entered = true;
      started = { result: next() };
    });
  } catch (error) {
    // `next` itself threw: that is for core to judge.
    if (entered && started === undefined) throw error;
    reportFailure('entering a scope', error);
  }
  return started === undefined ? next() : started.result;
}
