import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';

/**
 * A place for span processors that can only be made once the SDK runs: they count what they lose on its meter provider, which is not there
 * when the tracer provider has to be given its processors.
 */
export class LateProcessor implements SpanProcessor {
  #processors: readonly SpanProcessor[] = [];

  set(processors: readonly SpanProcessor[]): void {
    this.#processors = processors;
  }

  onStart(span: Span, context: Context): void {
    for (const processor of this.#processors) processor.onStart(span, context);
  }

  onEnd(span: ReadableSpan): void {
    for (const processor of this.#processors) processor.onEnd(span);
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#processors.map((processor) => processor.forceFlush()));
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.#processors.map((processor) => processor.shutdown()));
  }
}
