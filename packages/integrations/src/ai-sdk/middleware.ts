import { authorityOver, isRetriedAround } from '@crossbridge/core';
import type { EmbeddingModelMiddleware, LanguageModelMiddleware } from 'ai';
import { callModel } from './call-model.ts';
import { metered } from './meter-model.ts';
import { asThrown } from './model-failure.ts';
import { modelUsage } from './model-usage.ts';
import { assertModelOptions, type HardenModelOptions, modelCalls } from './options.ts';
import { streamModel } from './stream-model.ts';
import { tellAnswer, watched } from './watch-model.ts';

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
      const call = { model, signal: params.abortSignal, nested: authority === 'once' };
      return watched(calls.operation, 'chat', call, (watch) =>
        metered(calls, call, question(params), async (timed, bill) => {
          const result = await callModel(calls, timed, (abortSignal) => {
            watch?.reach();
            return model.doGenerate({ ...params, abortSignal });
          });
          bill?.settle(modelUsage(result.usage));
          tellAnswer(watch, result, model);
          return result;
        }),
      );
    },
    wrapStream: ({ model, params, doStream }) => {
      const authority = authorityOver(calls.operation, 'model');
      if (authority === 'none') return passedBy(doStream);
      const call = { model, signal: params.abortSignal, nested: authority === 'once' };
      return watched(calls.operation, 'chat', call, (watch) =>
        metered(calls, call, question(params), (timed, bill) =>
          streamModel(calls, timed, { bill, watch }, (abortSignal) => {
            watch?.reach();
            return model.doStream({ ...params, abortSignal });
          }),
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
      const call = { model, signal: params.abortSignal, nested: authority === 'once' };
      return watched(calls.operation, 'embeddings', call, (watch) =>
        metered(calls, call, { body: params.values, hasAnswer: false }, async (timed, bill) => {
          const result = await callModel(calls, timed, (abortSignal) => {
            watch?.reach();
            return model.doEmbed({ ...params, abortSignal });
          });
          bill?.settle(modelUsage(result.usage));
          tellAnswer(watch, result, model);
          return result;
        }),
      );
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
