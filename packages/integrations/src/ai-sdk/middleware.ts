import { authorityOver, isRetriedAround } from '@crossbridge/core';
import type { EmbeddingModelMiddleware, LanguageModelMiddleware } from 'ai';
import { callModel } from './call-model.ts';
import { metered } from './meter-model.ts';
import { asThrown } from './model-failure.ts';
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
      const authority = authorityOver(calls.operation, 'model');
      if (authority === 'none') return passedBy(doGenerate);
      const nested = authority === 'once';
      const signal = params.abortSignal;
      return metered(calls, question(params), signal, async (bill) => {
        const result = await callModel(calls, { model, signal, nested }, (abortSignal) =>
          model.doGenerate({ ...params, abortSignal }),
        );
        bill?.settle(modelUsage(result.usage));
        return result;
      });
    },
    wrapStream: ({ model, params, doStream }) => {
      const authority = authorityOver(calls.operation, 'model');
      if (authority === 'none') return passedBy(doStream);
      const nested = authority === 'once';
      const signal = params.abortSignal;
      return metered(calls, question(params), signal, (bill) =>
        streamModel(calls, { model, signal, nested }, bill, (abortSignal) =>
          model.doStream({ ...params, abortSignal }),
        ),
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
      const authority = authorityOver(calls.operation, 'model');
      if (authority === 'none') return passedBy(doEmbed);
      const nested = authority === 'once';
      const signal = params.abortSignal;
      return metered(calls, { body: params.values, hasAnswer: false }, signal, async (bill) => {
        const result = await callModel(calls, { model, signal, nested }, (abortSignal) =>
          model.doEmbed({ ...params, abortSignal }),
        );
        bill?.settle(modelUsage(result.usage));
        return result;
      });
    },
  };
}

/** Where a call around this one is retried, the retries of the AI SDK would multiply its attempts. */
async function passedBy<T>(ask: () => PromiseLike<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw asThrown(error, isRetriedAround('model'));
  }
}
