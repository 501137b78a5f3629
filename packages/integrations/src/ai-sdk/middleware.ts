import type { EmbeddingModelMiddleware, LanguageModelMiddleware } from 'ai';
import { passesBy } from '../fetch/one-authority.ts';
import { callModel } from './call-model.ts';
import { metered } from './meter-model.ts';
import { modelUsage } from './model-usage.ts';
import { assertModelOptions, type HardenModelOptions, modelCalls } from './options.ts';
import { streamModel } from './stream-model.ts';

/** `hardenLanguageModel` as a middleware, to be combined with others: it should be the outermost. */
export function languageModelMiddleware(options: HardenModelOptions = {}): LanguageModelMiddleware {
  assertModelOptions(options, 'languageModelMiddleware');
  const calls = modelCalls(options, 'ai_generate');
  const question = ({
    prompt,
    tools,
    maxOutputTokens,
  }: {
    prompt: unknown;
    tools?: unknown;
    maxOutputTokens?: number | undefined;
  }) => ({
    body: { prompt, tools, maxOutputTokens },
    hasAnswer: true,
  });
  return {
    specificationVersion: 'v4',
    wrapGenerate: ({ model, params, doGenerate }) => {
      if (passesBy()) return doGenerate();
      const signal = params.abortSignal;
      return metered(calls, question(params), signal, async (bill) => {
        const result = await callModel(calls, { model, signal }, (abortSignal) =>
          model.doGenerate({ ...params, abortSignal }),
        );
        bill?.settle(modelUsage(result.usage));
        return result;
      });
    },
    wrapStream: ({ model, params, doStream }) => {
      if (passesBy()) return doStream();
      const signal = params.abortSignal;
      return metered(calls, question(params), signal, (bill) =>
        streamModel(calls, { model, signal }, bill, (abortSignal) => model.doStream({ ...params, abortSignal })),
      );
    },
  };
}

/** `hardenEmbeddingModel` as a middleware, to be combined with others: it should be the outermost. */
export function embeddingModelMiddleware(options: HardenModelOptions = {}): EmbeddingModelMiddleware {
  assertModelOptions(options, 'embeddingModelMiddleware');
  const calls = modelCalls(options, 'embed');
  return {
    specificationVersion: 'v4',
    wrapEmbed: async ({ model, params, doEmbed }) => {
      if (passesBy()) return await doEmbed();
      const signal = params.abortSignal;
      return metered(calls, { body: params.values, hasAnswer: false }, signal, async (bill) => {
        const result = await callModel(calls, { model, signal }, (abortSignal) =>
          model.doEmbed({ ...params, abortSignal }),
        );
        bill?.settle(modelUsage(result.usage));
        return result;
      });
    },
  };
}
