import { createOpenAI } from '@ai-sdk/openai';
import { RateLimitExceeded } from '@crossbridge/core';
import { hardenEmbeddingModel, hardenLanguageModel } from '@crossbridge/integrations/ai-sdk';
import { type EmbeddingModel, embed, generateText, type LanguageModel, streamText } from 'ai';
import { describe, expect, it, vi } from 'vitest';
import { type AiSetup, quickRetry, setUpAi } from '../../support/ai-clients.ts';
import { type OperationInput, rejection } from '../../support/bridges.ts';
import { sse, streamsInTurn } from '../../support/event-stream.ts';
import { answerCompletion, chatChunk } from '../../support/openai-api.ts';
import { type Answer, json } from '../../support/upstream.ts';

interface Metered extends AiSetup {
  readonly model: LanguageModel;
  readonly embedding: EmbeddingModel;
  /** Whether the limit has exactly so many tokens left. Asking takes them. */
  has(tokens: number): boolean;
}

async function setUp(answer: Answer, operation: OperationInput = {}): Promise<Metered> {
  const limit = { rateLimit: { capacity: 1000, windowSeconds: 86_400 * 300 } };
  const setup = await setUpAi(answer, { retry: quickRetry, ...operation }, { tpm: limit });
  const { bridge } = setup;
  const provider = createOpenAI({ apiKey: 'sk-test', baseURL: `${setup.upstream.url}/v1` });
  const options = { bridge, tokens: { operation: 'tpm', estimate: () => 600 } };
  return {
    ...setup,
    model: hardenLanguageModel(provider.chat('gpt-test'), options),
    embedding: hardenEmbeddingModel(provider.embedding('embed-test'), options),
    has: (tokens) =>
      bridge.checkRateLimit('default', 'tpm', tokens) === undefined &&
      bridge.checkRateLimit('default', 'tpm', 1) !== undefined,
  };
}

describe('a limit of tokens around a model', () => {
  it('is charged the usage of an answer', async () => {
    await using setup = await setUp((response) => answerCompletion(response, 'hi'));
    await generateText({ model: setup.model, prompt: 'hello' });
    expect(setup.has(998)).toBe(true);
  });

  it('is charged the usage of a stream', async () => {
    const usage = sse({ id: '1', choices: [], usage: { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 } });
    const answer = [chatChunk({ content: 'one' }), chatChunk({}, 'stop'), usage, 'data: [DONE]\n\n'];
    await using setup = await setUp(streamsInTurn(answer));
    expect(await streamText({ model: setup.model, prompt: 'hello' }).text).toBe('one');
    expect(setup.has(988)).toBe(true);
  });

  it('is charged the usage of an embedding', async () => {
    const body = {
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
      usage: { prompt_tokens: 8 },
    };
    await using setup = await setUp((response) => json(response, 200, body));
    await embed({ model: setup.embedding, value: 'tea' });
    expect(setup.has(992)).toBe(true);
  });

  it('gets back what a failed call had reserved', async () => {
    await using setup = await setUp((response) => json(response, 500, { error: { message: 'oops' } }));
    await rejection(generateText({ model: setup.model, prompt: 'hello' }));
    expect(setup.has(1000)).toBe(true);
  });

  it('gets back what a stream had reserved that has nothing but an error', async () => {
    await using setup = await setUp(() => {});
    const failing: Exclude<LanguageModel, string> = {
      specificationVersion: 'v4',
      provider: 'test',
      modelId: 'failing',
      supportedUrls: {},
      doGenerate: () => Promise.reject(new Error('not asked')),
      doStream: async () => ({
        stream: new ReadableStream({
          start(controller) {
            controller.enqueue({ type: 'stream-start', warnings: [] });
            controller.enqueue({ type: 'error', error: { message: 'no', type: 'invalid_request_error' } });
            controller.close();
          },
        }),
      }),
    };
    const { bridge } = setup;
    const model = hardenLanguageModel(failing, { bridge, tokens: { operation: 'tpm', estimate: () => 600 } });
    const errors: unknown[] = [];
    const result = streamText({ model, prompt: 'hello', onError: ({ error }) => void errors.push(error) });
    await result.consumeStream();
    expect(errors).toMatchObject([{ message: 'no', type: 'invalid_request_error' }]);
    expect(setup.observer.story.at(-1)).toBe('end error invalid_request_error');
    expect(setup.has(1000)).toBe(true);
  });

  it('is waited for as a part of the time that the call may take', async () => {
    await using setup = await setUp((response) => answerCompletion(response, 'hi'), { timeout: { totalMs: 60_000 } });
    const run = vi.spyOn(setup.bridge, 'run');
    const reserve = setup.bridge.reserve.bind(setup.bridge);
    vi.spyOn(setup.bridge, 'reserve').mockImplementation(async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return reserve(...args);
    });
    await generateText({ model: setup.model, prompt: 'hello' });
    const left = run.mock.calls[0]?.[2]?.deadlineMs;
    expect([left !== undefined && left > 0, left !== undefined && left < 60_000 - 25]).toEqual([true, true]);
  });

  it('refuses what it has no tokens for, at once', async () => {
    await using setup = await setUp(() => {});
    const abort = new AbortController();
    const first = rejection(generateText({ model: setup.model, prompt: 'hello', abortSignal: abort.signal }));
    await expect.poll(() => setup.upstream.requests.length).toBe(1);
    expect(await rejection(generateText({ model: setup.model, prompt: 'hello' }))).toBeInstanceOf(RateLimitExceeded);
    abort.abort();
    await first;
    expect(setup.upstream.requests).toHaveLength(1);
  });
});
