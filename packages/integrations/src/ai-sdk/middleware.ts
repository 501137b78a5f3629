import type { EmbeddingModelMiddleware, LanguageModelMiddleware } from 'ai';
import { callModel } from './call-model.ts';
import { assertModelOptions, type HardenModelOptions, modelCalls } from './options.ts';
import { streamModel } from './stream-model.ts';

/** {@link hardenLanguageModel} as a middleware, to be combined with others: it should be the outermost. */
export function languageModelMiddleware(options: HardenModelOptions = {}): LanguageModelMiddleware {
  assertModelOptions(options, 'languageModelMiddleware');
  const calls = modelCalls(options, 'ai_generate');
  return {
    specificationVersion: 'v4',
    wrapGenerate: ({ model, params }) =>
      callModel(calls, { model, signal: params.abortSignal }, (abortSignal) =>
        model.doGenerate({ ...params, abortSignal }),
      ),
    wrapStream: ({ model, params }) =>
      streamModel(calls, { model, signal: params.abortSignal }, (abortSignal) =>
        model.doStream({ ...params, abortSignal }),
      ),
  };
}

/** {@link hardenEmbeddingModel} as a middleware, to be combined with others: it should be the outermost. */
export function embeddingModelMiddleware(options: HardenModelOptions = {}): EmbeddingModelMiddleware {
  assertModelOptions(options, 'embeddingModelMiddleware');
  const calls = modelCalls(options, 'embed');
  return {
    specificationVersion: 'v4',
    wrapEmbed: ({ model, params }) =>
      callModel(calls, { model, signal: params.abortSignal }, (abortSignal) =>
        model.doEmbed({ ...params, abortSignal }),
      ),
  };
}
