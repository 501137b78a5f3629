import type { CallInfo } from '@crossbridge/core';
import {
  type Context,
  context,
  createContextKey,
  isSpanContextValid,
  ProxyTracerProvider,
  type Span,
  SpanKind,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { BegunSpan } from './call-record.ts';
import { callSpanAttributes, startCallSpan } from './call-span.ts';
import { DroppedSpan } from './dropped-span.ts';
import { SCOPE_NAME, SCOPE_VERSION } from './instrumentation-scope.ts';
import { isSampled, KEPT, type KeepWhatHurt, keeping } from './keep-what-hurt.ts';
import { takeLogicalSpan } from './logical-span.ts';

/** What stands behind the API while no SDK is registered. */
const NO_PROVIDER: TracerProvider = new ProxyTracerProvider().getDelegate();

/** Makes the spans of calls, by whichever tracer provider is registered. */
export class CallSpanSource {
  readonly #keep: KeepWhatHurt | undefined;
  readonly #generateSpanId: () => string;
  #provider: TracerProvider | undefined;
  #tracer: Tracer | undefined;

  constructor(keep: KeepWhatHurt | undefined) {
    this.#keep = keep;
    this.#generateSpanId = () => keep?.idGenerator.generateSpanId() ?? '';
  }

  /** Whether there is a tracer provider at all. */
  get active(): boolean {
    const provider = trace.getTracerProvider();
    return !(provider instanceof ProxyTracerProvider) || provider.getDelegate() !== NO_PROVIDER;
  }

  get tracer(): Tracer {
    const provider = trace.getTracerProvider();
    if (this.#tracer === undefined || provider !== this.#provider) {
      this.#tracer = provider.getTracer(SCOPE_NAME, SCOPE_VERSION);
      this.#provider = provider;
    }
    return this.#tracer;
  }

  begin(call: CallInfo, startTime: number): BegunSpan {
    const outer = context.active();
    const logical = takeLogicalSpan(outer);
    if (logical !== undefined) return { span: logical, outer, own: false };
    const span =
      this.#keep === undefined
        ? startCallSpan(this.tracer, call, startTime, outer)
        : this.#beginKept(this.#keep, call, startTime, outer);
    return { span, outer, own: true };
  }

  /** The span, made after the fact, of a call that was dropped and hurts; undefined when the SDK does not let us. */
  keep(call: CallInfo, { span, outer }: Pick<BegunSpan, 'span' | 'outer'>, startTime: number): Span | undefined {
    const kept = this.#keep?.start(outer, span.spanContext(), KEPT, (parent) =>
      startCallSpan(this.tracer, call, startTime, parent),
    );
    return kept?.isRecording() ? kept : undefined;
  }

  #beginKept(keep: KeepWhatHurt, call: CallInfo, startTime: number, outer: Context): Span {
    const parent = trace.getSpanContext(outer);
    const below = parent !== undefined && isSpanContextValid(parent);
    const traceId = below ? parent.traceId : keep.idGenerator.generateTraceId();
    const result = keep.decide(outer, traceId, call.operation, SpanKind.INTERNAL, callSpanAttributes(call));
    if (isSampled(result)) {
      const ids = { traceId, spanId: keep.idGenerator.generateSpanId() };
      return keep.start(outer, ids, result, (inner) => startCallSpan(this.tracer, call, startTime, inner));
    }
    const traceState = result.traceState ?? (below ? parent.traceState : undefined);
    return new DroppedSpan(traceId, traceState, this.#generateSpanId);
  }
}

/** The key by which the SDK marks contexts in which nothing is to be traced, exporters' own requests for one. */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

export function isTracingSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESSED) === true;
}

/** The context in which a call goes on once its span is kept. */
export function keptContext(inner: Context, span: Span): Context {
  return trace.setSpan(keeping(inner), span);
}
