import { createOpenAI, type OpenAIProvider } from '@ai-sdk/openai';
import { CircuitOpenError, RateLimitExceeded, runAsProbe } from '@crossbridge/core';
import {
  type HardenModelOptions,
  hardenEmbeddingModel,
  hardenLanguageModel,
  type StreamEnd,
  withKey,
} from '@crossbridge/integrations/ai-sdk';
import { hardenFetch } from '@crossbridge/integrations/fetch';
import { APICallError, embed, generateText, type LanguageModel, RetryError, streamText } from 'ai';
import { describe, expect, it } from 'vitest';
import { type AiSetup, quickRetry, setUpAi } from '../../support/ai-clients.ts';
import { type OperationInput, rejection } from '../../support/bridges.ts';
import { type StreamStep, sse, streamsInTurn } from '../../support/event-stream.ts';
import { answerCompletion, chatChunk, wholeChat } from '../../support/openai-api.ts';
import { type Answer, json } from '../../support/upstream.ts';

const prompt = 'hello';
const role = chatChunk({ role: 'assistant', content: '' });
const first = chatChunk({ content: 'one ' });
const busy = sse({ error: { message: 'busy', type: 'server_error', code: 'server_is_overloaded', param: null } });
const whole = wholeChat('one ', 'two');

interface Hardened extends AiSetup {
  readonly provider: OpenAIProvider;
  readonly model: Exclude<LanguageModel, string>;
}

async function setUp(answer: Answer, operation?: OperationInput, options: HardenModelOptions = {}): Promise<Hardened> {
  const setup = await setUpAi(answer, operation);
  const provider = createOpenAI({ apiKey: 'sk-test', baseURL: `${setup.upstream.url}/v1` });
  const streams = { stallMs: 60, silenceMs: 60 };
  const model = hardenLanguageModel(provider.chat('gpt-test'), { bridge: setup.bridge, streams, ...options });
  return { ...setup, provider, model };
}

/** What an application gets of a streamed answer: the text, and the error that ends it. */
async function read({ model }: Hardened): Promise<{ readonly text: string; readonly error: unknown }> {
  let text = '';
  let error: unknown;
  const result = streamText({ model, prompt, onError: () => {} });
  try {
    for await (const part of result.fullStream) {
      if (part.type === 'text-delta') text += part.text;
      if (part.type === 'error') error = part.error;
    }
  } catch (thrown) {
    error = thrown;
  }
  return { text, error };
}

describe('hardenLanguageModel', () => {
  it('has generateText answered by the attempt that succeeds', async () => {
    await using setup = await setUp((response, _, index) =>
      index < 2 ? json(response, 500, { error: { message: 'oops' } }) : answerCompletion(response, 'hi'),
    );
    const { text, usage } = await generateText({ model: setup.model, prompt });
    expect([text, usage.inputTokens, usage.outputTokens]).toEqual(['hi', 1, 1]);
    expect(setup.upstream.requests).toHaveLength(3);
    expect(setup.observer.ofType('call.ended').map(({ call, outcome }) => [call.operation, outcome])).toEqual([
      ['ai_generate', 'success'],
    ]);
  });

  it('makes three requests of three attempts, with the retries of the AI SDK left as they are, and throws the error of the provider', async () => {
    await using setup = await setUp((response) => json(response, 503, { error: { message: 'down' } }));
    const error = await rejection(generateText({ model: setup.model, prompt }));
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: 503, isRetryable: false });
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it('makes three requests of connections that break', async () => {
    await using setup = await setUp((response) => response.destroy());
    const error = await rejection(generateText({ model: setup.model, prompt }));
    expect(APICallError.isInstance(error)).toBe(true);
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it('makes no more requests of a model that was hardened twice', async () => {
    await using setup = await setUp((response) => json(response, 503, { error: { message: 'down' } }));
    const twice = hardenLanguageModel(setup.model as Parameters<typeof hardenLanguageModel>[0], {
      bridge: setup.bridge,
    });
    await rejection(generateText({ model: twice, prompt }));
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it('passes a health check by, which asks once and counts nowhere', async () => {
    await using setup = await setUp((response) => json(response, 503, { error: { message: 'down' } }));
    await rejection(runAsProbe(() => generateText({ model: setup.model, prompt, maxRetries: 0 })));
    expect(setup.upstream.requests).toHaveLength(1);
    expect(setup.observer.events).toEqual([]);
  });

  it('leaves the retries to the AI SDK where the operation has no policy for them', async () => {
    await using setup = await setUp(
      (response) => json(response, 500, { error: { message: 'oops' } }, { 'retry-after-ms': '1' }),
      {},
    );
    const error = await rejection(generateText({ model: setup.model, prompt }));
    expect(RetryError.isInstance(error)).toBe(true);
    expect(setup.observer.ofType('call.ended')).toHaveLength(3);
  });

  it('makes no more requests where the fetch of the provider is hardened as well', async () => {
    await using setup = await setUpAi((response) => json(response, 503, {}));
    const { bridge } = setup;
    const fetch = hardenFetch(globalThis.fetch, { bridge, operation: 'ai_generate' });
    const provider = createOpenAI({ apiKey: 'sk-test', baseURL: `${setup.upstream.url}/v1`, fetch });
    await rejection(generateText({ model: hardenLanguageModel(provider.chat('gpt-test'), { bridge }), prompt }));
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it('obeys what the server asks for', async () => {
    await using setup = await setUp((response, _, index) =>
      index === 0
        ? json(response, 429, { error: { message: 'later' } }, { 'retry-after-ms': '30' })
        : answerCompletion(response, 'hi'),
    );
    await generateText({ model: setup.model, prompt });
    expect(setup.observer.story).toContain('retry retried in 30 (retry_after)');
  });

  it.each([
    [401, { code: 'invalid_api_key' }],
    [402, {}],
    [429, { code: 'insufficient_quota', type: 'insufficient_quota' }],
  ])('asks once where a %i says %j', async (statusCode, body) => {
    await using setup = await setUp((response) => json(response, statusCode, { error: { message: 'no', ...body } }));
    expect(await rejection(generateText({ model: setup.model, prompt }))).toMatchObject({ statusCode });
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('throws our refusals, at once', async () => {
    await using limited = await setUp((response) => answerCompletion(response, 'hi'), {
      retry: quickRetry,
      rateLimit: { capacity: 1, windowSeconds: 60 },
    });
    await generateText({ model: limited.model, prompt });
    expect(await rejection(generateText({ model: limited.model, prompt }))).toBeInstanceOf(RateLimitExceeded);
    await using broken = await setUp((response) => json(response, 500, { error: { message: 'x' } }), {
      retry: quickRetry,
      circuitBreaker: { consecutiveFailures: 3, openForMs: 60_000 },
    });
    await rejection(generateText({ model: broken.model, prompt }));
    expect(await rejection(generateText({ model: broken.model, prompt }))).toBeInstanceOf(CircuitOpenError);
  });

  it('ends at once when the application aborts', async () => {
    await using setup = await setUp(() => {});
    const abort = new AbortController();
    const call = rejection(generateText({ model: setup.model, prompt, abortSignal: abort.signal }));
    await expect.poll(() => setup.upstream.requests.length).toBe(1);
    abort.abort();
    expect(await call).toMatchObject({ name: 'AbortError' });
    expect(setup.upstream.requests).toHaveLength(1);
    expect(setup.observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual(['cancelled']);
  });

  it('counts calls by the key of the moment', async () => {
    await using setup = await setUp((response) => answerCompletion(response, 'hi'), undefined, { key: 'org:acme' });
    await withKey('user:1', () => generateText({ model: setup.model, prompt }));
    await generateText({ model: setup.model, prompt });
    expect(setup.observer.ofType('call.ended').map(({ call }) => call.key)).toEqual(['user:1', 'org:acme']);
  });

  it('says what is wrong with its options', async () => {
    await using setup = await setUp(() => {});
    const model = setup.provider.chat('gpt-test');
    expect(() => hardenLanguageModel(model, { operaton: 'x' } as HardenModelOptions)).toThrow(
      'did you mean "operation"?',
    );
  });
});

describe('a hardened model that streams, before its first content', () => {
  it.each<[string, readonly StreamStep[]]>([
    ['begins with an error', [busy]],
    ['has an error after its role', [role, busy]],
    ['stalls at once', ['STALL']],
    ['stalls after its role', [role, 'STALL']],
    ['is reset', [role, 'RESET']],
  ])('is asked for again, unseen, when it %s', async (_, fault) => {
    await using setup = await setUp(streamsInTurn(fault, fault, whole));
    expect(await read(setup)).toEqual({ text: 'one two', error: undefined });
    expect(setup.upstream.requests).toHaveLength(3);
    expect(setup.observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual(['success']);
  });

  it('fails with the error of the provider when every attempt began with one', async () => {
    await using setup = await setUp(streamsInTurn([role, busy]));
    const { text, error } = await read(setup);
    expect([text, APICallError.isInstance(error)]).toEqual(['', true]);
    expect(error).toMatchObject({ message: 'busy', isRetryable: false });
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it('fails with what it is when every attempt stalls, and is not begun anew by the AI SDK', async () => {
    await using setup = await setUp(streamsInTurn([role, 'STALL']));
    expect((await read(setup)).error).toMatchObject({ code: 'stream_stalled', operation: 'ai_generate' });
    expect(setup.upstream.requests).toHaveLength(3);
  });
});

describe('a hardened model that streams, after its first content', () => {
  it('fails whoever waits for its text, rather than give a part for the whole', async () => {
    await using setup = await setUp(streamsInTurn([role, first, 'STALL']));
    const result = streamText({ model: setup.model, prompt, onError: () => {} });
    const texts: string[] = [];
    const reading = (async () => {
      for await (const text of result.textStream) texts.push(text);
    })();
    expect(await rejection(reading)).toMatchObject({ code: 'stream_stalled' });
    expect(await rejection(Promise.resolve(result.text))).toMatchObject({ code: 'stream_stalled' });
    expect(texts).toEqual(['one ']);
  });

  it('fails with what it is when it stalls, and is not asked for again', async () => {
    await using setup = await setUp(streamsInTurn([role, first, 'STALL'], whole));
    const { text, error } = await read(setup);
    expect([text, error]).toEqual(['one ', expect.objectContaining({ code: 'stream_stalled' })]);
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('fails when it is reset, and is not asked for again', async () => {
    await using setup = await setUp(streamsInTurn([role, first, 'RESET'], whole));
    const { text, error } = await read(setup);
    expect([text, error]).toEqual(['one ', expect.objectContaining({ code: 'stream_truncated' })]);
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('fails when it ends without its end, where the AI SDK would take the part for the whole', async () => {
    await using setup = await setUp(streamsInTurn([role, first, 'END'], whole));
    const plain = await read({ ...setup, model: setup.provider.chat('gpt-test') });
    expect(plain).toEqual({ text: 'one ', error: undefined });
    setup.upstream.answer = streamsInTurn([role, first, 'END']);
    const { text, error } = await read(setup);
    expect([text, error]).toEqual(['one ', expect.objectContaining({ code: 'stream_truncated' })]);
  });

  it('tells which attempt answered, and how it ended', async () => {
    const facts: unknown[] = [];
    const streams = {
      onFirstContent: ({ attempt }: { attempt: number }) => void facts.push(attempt),
      onEnd: ({ end }: StreamEnd) => void facts.push(end),
    };
    await using setup = await setUp(streamsInTurn([busy], whole), undefined, { streams });
    await read(setup);
    expect(facts).toEqual([2, 'complete']);
  });
});

describe('hardenEmbeddingModel', () => {
  it('has embeddings counted under an operation of their own', async () => {
    const body = {
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
      usage: { prompt_tokens: 2 },
    };
    await using setup = await setUp((response, _, index) =>
      index === 0 ? json(response, 500, { error: { message: 'oops' } }) : json(response, 200, body),
    );
    const model = hardenEmbeddingModel(setup.provider.embedding('embed-test'), { bridge: setup.bridge });
    expect((await embed({ model, value: 'tea' })).embedding).toEqual([0.5]);
    expect(setup.observer.ofType('call.ended').map(({ call }) => call.operation)).toEqual(['embed']);
    expect(setup.upstream.requests).toHaveLength(2);
  });
});
