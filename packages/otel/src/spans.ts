import type { AttemptScope, BridgeEvent, CallScope, Scope } from '@crossbridge/core';
import { type Context, context, type Tracer, trace } from '@opentelemetry/api';
import { endAttemptSpan, showAttempt, startAttemptSpan, tellsMore } from './attempt-spans.ts';
import type { BreakerStates } from './breaker-states.ts';
import { positionIn, withPosition } from './call-context.ts';
import { type AttemptRecord, type CallRecord, newCallRecord } from './call-record.ts';
import { CallRecords } from './call-records.ts';
import {
  endCallSpan,
  hashKey,
  hedgeAttributes,
  retryAttributes,
  type Told,
  throttledAttributes,
  timeoutAttributes,
  transitionAttributes,
} from './call-span.ts';
import { CallSpanSource, isTracingSuppressed, keptContext } from './call-span-source.ts';
import { hurts } from './hurts.ts';
import type { KeepWhatHurt } from './keep-what-hurt.ts';
import type { PlainCall } from './operation-measurements.ts';
import * as attribute from './signals/attributes.ts';
import * as spanEvent from './signals/events.ts';
import { endBackoff, showEarlierWaits, showRemainingWaits, showWait } from './wait-spans.ts';

/** `auto`: an attempt span of ours only where no client span was seen. */
export type AttemptSpans = 'auto' | 'always' | 'never';

export interface SpanOptions {
  readonly attemptSpans: AttemptSpans;
  readonly recordKey: false | 'hashed';
  /** Undefined: `performance.now()`, for which a reading of core's may stand. */
  readonly now: (() => number) | undefined;
  readonly breakers: BreakerStates;
  readonly keep: KeepWhatHurt | undefined;
  /** Told each call that hurt and could not be kept. */
  readonly onLost: () => void;
}

/** Makes the spans of calls and keeps the context of each, whatever asynchronous context its parts are run in. */
export class CallSpans {
  readonly #options: SpanOptions;
  readonly #now: () => number;
  readonly #records: CallRecords = new CallRecords();
  readonly #source: CallSpanSource;

  constructor(options: SpanOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#source = new CallSpanSource(options.keep);
  }

  /** Whether there is somebody to make spans. */
  get active(): boolean {
    return this.#source.active;
  }

  /** Whether calls must be told fact by fact. */
  get wantsAll(): boolean {
    return this.#options.attemptSpans === 'always';
  }

  /** The context in which the scope is to run; undefined for the one that is active. */
  enter(scope: Scope): Context | undefined {
    return scope.kind === 'call' ? this.#enterCall(scope) : this.#enterAttempt(scope);
  }

  /**
   * The context of the event's call, if its trace is recorded. To be asked before anybody is told of the event: it keeps the call if this is
   * what hurts, and the measurements of the event are to lead to that trace.
   */
  contextOf(event: BridgeEvent): Context | undefined {
    const record = this.#records.find(event.call);
    if (record === undefined) return undefined;
    if (!record.recording) this.#keepIfItHurts(record, event);
    return record.recording ? record.context : undefined;
  }

  /** The same of a plain call. */
  contextOfPlain(call: PlainCall): Context | undefined {
    const record = this.#records.find(call);
    if (record === undefined) return undefined;
    const { keep } = this.#options;
    if (!record.recording && keep !== undefined && call.durationMs > keep.slowerThanMs) this.#keep(record, 0);
    return record.recording ? record.context : undefined;
  }

  /** The end of a call that went through at once, of which nothing was told before. */
  plain(call: PlainCall): void {
    const record = this.#records.find(call);
    if (record === undefined) return;
    const { durationMs } = call;
    try {
      if (!record.recording) return;
      if (call.rateLimits.length > 0) record.rateLimitResult = 'admitted';
      const ended = { type: 'call.ended', call, outcome: 'success', errorType: undefined, durationMs } as const;
      this.#end(record, ended, record.timedByCore ? record.startedAt + durationMs : this.#now());
    } finally {
      this.#records.forget(record);
    }
  }

  on(event: BridgeEvent): void {
    this.#followBreakers(event);
    const record = this.#records.find(event.call);
    if (record === undefined) return;
    try {
      // After its end only attempts can still end: nothing may be written to the span any more.
      if (record.recording && (!record.ended || event.type === 'attempt.ended')) this.#follow(record, event);
    } finally {
      // Even if the SDK fails: else each call would stay for ever.
      this.#records.told(record, event);
    }
  }

  #followBreakers(event: BridgeEvent): void {
    const { breakers } = this.#options;
    if (event.type === 'circuit_breaker.changed') breakers.changed(event.operation, event.target, event.to);
    if (event.type === 'config.reloaded') breakers.forget(event.changed);
  }

  #enterCall({ call, performanceMs }: CallScope): Context {
    const timedByCore = performanceMs !== undefined && this.#options.now === undefined;
    const startedAt = timedByCore ? performanceMs : this.#now();
    const begun = this.#source.begin(call, startedAt);
    const first: AttemptRecord = { call, attempt: this.wantsAll ? 0 : 1, clientSpans: 0, span: undefined };
    const around = withPosition(begun.outer, first);
    const inner = begun.own ? trace.setSpan(around, begun.span) : around;
    const record = newCallRecord(first, begun, inner, startedAt, timedByCore);
    if (record.recording) this.#showKey(record);
    this.#records.add(record);
    return inner;
  }

  #keepIfItHurts(record: CallRecord, event: BridgeEvent): void {
    const { keep } = this.#options;
    if (event.type === 'rate_limit.decided' && event.mode === 'enforce') record.rateLimitResult = event.result;
    if (keep === undefined || record.kept || record.ended || !hurts(event, keep.slowerThanMs)) return;
    this.#keep(record, event.type === 'rate_limit.decided' ? event.waitMs : 0);
  }

  /** A call that the sampler dropped gets its span after all, and what it has done so far is shown below it. */
  #keep(record: CallRecord, endingMs: number): void {
    record.kept = true;
    const span = this.#source.keep(record.call, record, record.startedAt);
    if (span === undefined) {
      // Nobody wanted the trace of a call whose tracing is suppressed.
      if (!isTracingSuppressed(record.outer)) this.#options.onLost();
      return;
    }
    record.span = span;
    record.recording = true;
    record.context = keptContext(record.context, span);
    this.#showKey(record);
    showEarlierWaits(this.#source.tracer, record, endingMs);
  }

  #showKey({ call, span }: CallRecord): void {
    if (this.#options.recordKey !== 'hashed' || call.key === undefined) return;
    span.setAttribute(attribute.keyHash.name, hashKey(call.key));
  }

  #enterAttempt({ call, attempt, attemptKind }: AttemptScope): Context | undefined {
    const active = context.active();
    const around = positionIn(active);
    const record = this.#records.find(call);
    if (record?.first.attempt === attempt) return around === record.first ? undefined : record.context;
    // A call that waited in a queue may be resumed in the asynchronous context of the one that made room for it, and a hedge may
    // begin in that of the attempt beside which it runs.
    const outer =
      record === undefined || (!record.kept && around === record.first && attemptKind !== 'hedge')
        ? active
        : record.context;
    const live = record?.recording === true && this.wantsAll;
    const span = live
      ? startAttemptSpan(this.#source.tracer, { call, attempt, kind: attemptKind }, this.#now(), outer)
      : undefined;
    const position: AttemptRecord = { call, attempt, clientSpans: 0, span };
    if (record?.recording) record.attempts.push(position);
    return withPosition(span === undefined ? outer : trace.setSpan(outer, span), position);
  }

  #follow(record: CallRecord, event: BridgeEvent): void {
    const now = this.#now();
    const tracer = this.#source.tracer;
    switch (event.type) {
      case 'rate_limit.decided':
        endBackoff(tracer, record, now - event.waitMs);
        showWait(tracer, record, 'limiter', now, event.waitMs);
        record.limiterShownMs += event.waitMs;
        if (event.mode === 'enforce') record.rateLimitResult = event.result;
        if (event.result === 'throttled') {
          record.span.addEvent(spanEvent.throttled.name, throttledAttributes(event), now);
        }
        break;
      case 'bulkhead.admitted':
        showWait(tracer, record, 'queue', now, event.waitMs);
        record.queueShownMs += event.waitMs;
        break;
      case 'bulkhead.rejected':
        record.refusedAt = now;
        break;
      case 'circuit_breaker.changed':
        record.breakerState = event.to;
        record.span.addEvent(spanEvent.breakerStateChanged.name, transitionAttributes(event), now);
        break;
      case 'circuit_breaker.rejected':
      case 'attempt.started':
        endBackoff(tracer, record, now);
        break;
      case 'attempt.ended':
        this.#endAttempt(tracer, record, event, now);
        break;
      case 'retry.decided':
        if (event.mode === 'shadow') break;
        record.retryDecision = event.decision;
        if (event.decision !== 'retried') break;
        record.backoffStartedAt = now;
        record.span.addEvent(spanEvent.retry.name, retryAttributes(event), now);
        break;
      case 'hedge.decided':
        record.span.addEvent(spanEvent.hedge.name, hedgeAttributes(event), now);
        break;
      case 'timeout.exceeded':
        if (event.mode === 'shadow') record.span.addEvent(spanEvent.timeout.name, timeoutAttributes(event), now);
        break;
      case 'fallback.used':
        record.span.setAttribute(attribute.fallback.name, true);
        break;
      case 'call.ended':
        showRemainingWaits(tracer, record, now);
        this.#end(record, event, now);
        break;
      default:
    }
  }

  #end(record: CallRecord, event: Told<'call.ended'>, now: number): void {
    endCallSpan(record, event, this.#options.breakers.of(event.call.operation) ?? record.breakerState, now);
  }

  #endAttempt(tracer: Tracer, record: CallRecord, event: Told<'attempt.ended'>, now: number): void {
    const index = record.attempts.findIndex(({ attempt }) => attempt === event.attempt);
    const [attempt] = index < 0 ? [] : record.attempts.splice(index, 1);
    if (attempt?.span !== undefined) endAttemptSpan(attempt.span, event, now);
    else if (this.#options.attemptSpans === 'auto' && !attempt?.clientSpans && tellsMore(event)) {
      showAttempt(tracer, record, event, now);
    }
  }
}
