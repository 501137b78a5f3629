import { wrapEmbeddingModel, wrapLanguageModel } from 'ai';
import { embeddingModelMiddleware, languageModelMiddleware } from './middleware.ts';
import type { HardenModelOptions } from './options.ts';

type AnyLanguageModel = Parameters<typeof wrapLanguageModel>[0]['model'];
type AnyEmbeddingModel = Parameters<typeof wrapEmbeddingModel>[0]['model'];

/**
 * A language model of the AI SDK whose calls run under the policies of the bridge, for `generateText`, `streamText`, agents and all that takes one.
 *
 * - Where the operation has a retry policy it is the only one: an error that comes out is no longer marked as retryable, so that the `maxRetries`
 *   of the AI SDK do not multiply it. It is the provider's own error, the same object. Without a policy `maxRetries` counts.
 * - A streamed answer counts as answered when its first content comes. Before it an error, a stall or a cut is a failed attempt; after it the stream
 *   fails with a `StreamStalledError` or `StreamTruncatedError`, which whoever reads it or waits for its text is thrown. `streamRetries` of the AI
 *   SDK would begin such an answer anew: leave it at 0.
 * - A refusal of ours rejects with a `CrossbridgeError`.
 *
 * ```ts
 * const model = hardenLanguageModel(openai('gpt-5'), { bridge });
 * ```
 *
 * @throws InvalidArgumentError that names the option, what was given and what is expected
 */
export function hardenLanguageModel(
  model: AnyLanguageModel,
  options: HardenModelOptions = {},
): ReturnType<typeof wrapLanguageModel> {
  return wrapLanguageModel({ model, middleware: languageModelMiddleware(options) });
}

/** {@link hardenLanguageModel} for an embedding model: its calls are those of operation `embed`. */
export function hardenEmbeddingModel(
  model: AnyEmbeddingModel,
  options: HardenModelOptions = {},
): ReturnType<typeof wrapEmbeddingModel> {
  return wrapEmbeddingModel({ model, middleware: embeddingModelMiddleware(options) });
}
