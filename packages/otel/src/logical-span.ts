import { type Context, type Span, trace } from '@opentelemetry/api';

/** Attributes by which the conventions for generative AI name the operation that a span stands for, in their versions. */
const GENAI_ATTRIBUTES = ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.system'];

/** Operations of these conventions that are the application's own work, with calls of any kind inside. */
const AROUND_CALLS: ReadonlySet<unknown> = new Set([
  'create_agent',
  'invoke_agent',
  'invoke_workflow',
  'execute_tool',
  'plan',
]);

const taken = new WeakSet<Span>();

/**
 * The span around a call that stands for the same call already: that of an AI SDK or of an instrumentation of one, which knows the model
 * and the tokens. A second one below it would only repeat it. Each is taken once: another call inside it is one among several.
 */
export function takeLogicalSpan(context: Context): Span | undefined {
  const span = trace.getSpan(context);
  if (span === undefined || !span.isRecording() || taken.has(span)) return undefined;
  // Every SDK's span has its attributes; the API's does not say so.
  const { attributes } = span as { readonly attributes?: Readonly<Record<string, unknown>> };
  if (attributes === undefined || !GENAI_ATTRIBUTES.some((name) => attributes[name] !== undefined)) return undefined;
  if (AROUND_CALLS.has(attributes['gen_ai.operation.name'])) return undefined;
  taken.add(span);
  return span;
}
