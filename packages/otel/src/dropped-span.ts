import { type Span, type SpanContext, TraceFlags, type TraceState } from '@opentelemetry/api';

/** The span of a call that the sampler dropped: only ids, of which its own is drawn when somebody wants to know it. */
export class DroppedSpan implements Span {
  readonly #traceId: string;
  readonly #traceState: TraceState | undefined;
  readonly #generateSpanId: () => string;
  #context: SpanContext | undefined;

  constructor(traceId: string, traceState: TraceState | undefined, generateSpanId: () => string) {
    this.#traceId = traceId;
    this.#traceState = traceState;
    this.#generateSpanId = generateSpanId;
  }

  spanContext(): SpanContext {
    this.#context ??= {
      traceId: this.#traceId,
      spanId: this.#generateSpanId(),
      traceFlags: TraceFlags.NONE,
      ...(this.#traceState === undefined ? {} : { traceState: this.#traceState }),
    };
    return this.#context;
  }

  isRecording(): boolean {
    return false;
  }

  setAttribute(): this {
    return this;
  }

  setAttributes(): this {
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  setStatus(): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  recordException(): void {}

  end(): void {}
}
