import { type Attributes, type Context, type Span, SpanKind } from '@opentelemetry/api';
import { positionIn } from './call-context.ts';
import * as attribute from './signals/attributes.ts';

/**
 * Marks the client spans that other instrumentations start inside an attempt: which operation, which attempt, and the
 * standard count of resends, which they cannot know. Give it to the tracer provider as a span processor, before those that
 * export.
 *
 * It has the shape of the SDK's `SpanProcessor` and imports nothing of the SDK.
 */
export class AttemptAnnotator {
  onStart(span: Span, parentContext: Context): void {
    // Every SDK's span has its kind; the API's does not say so.
    if ((span as { readonly kind?: SpanKind }).kind !== SpanKind.CLIENT) return;
    const position = positionIn(parentContext);
    // The place of the first attempt is there before the attempt, which a refused call never has.
    if (position === undefined || position.attempt === 0 || position.call.attempts === 0) return;
    position.clientSpans += 1;
    const attributes: Attributes = {
      [attribute.operation.name]: position.call.operation,
      [attribute.attemptNumber.name]: position.attempt,
    };
    if (position.attempt > 1) attributes[attribute.resendCount.name] = position.attempt - 1;
    span.setAttributes(attributes);
  }

  onEnd(): void {}

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
