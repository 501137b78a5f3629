import { json as readJson } from 'node:stream/consumers';
import { createOpenAI } from '@ai-sdk/openai';
import { hardenEmbeddingModel, hardenLanguageModel } from '@crossbridge/integrations/ai-sdk';
import { hardenAnthropic } from '@crossbridge/integrations/anthropic';
import { hardenOpenAI } from '@crossbridge/integrations/openai';
import { embed, generateText, streamText } from 'ai';
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { quickRetry, setUpAi } from '../../support/ai-clients.ts';
import { answerMessage, wholeMessage } from '../../support/anthropic-api.ts';
import { rejection } from '../../support/bridges.ts';
import { sse, streamsInTurn } from '../../support/event-stream.ts';
import { modelCallsOf } from '../../support/model-calls.ts';
import { answerCompletion, chatChunk } from '../../support/openai-api.ts';
import { type Answer, json } from '../../support/upstream.ts';

const question = { model: 'gpt', max_tokens: 100, messages: [{ role: 'user' as const, content: 'hello' }] };
const durationMs = expect.any(Number);
const answered = { operation: 'ai_generate', durationMs, errorType: undefined };
const chat = { ...answered, task: 'chat', provider: 'openai', model: 'gpt-test' };
const usageEvent = sse({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 5 } });
const streamed = [chatChunk({ content: 'one' }), chatChunk({}, 'stop'), usageEvent, 'data: [DONE]\n\n'];

async function openaiTold(answer: Answer, ask: (client: OpenAI) => Promise<unknown>) {
  await using setup = await setUpAi(answer);
  return await modelCallsOf(() => ask(hardenOpenAI(setup.openai, { bridge: setup.bridge })));
}

const completion: Answer = (response) => answerCompletion(response, '{"tea":true}');

describe('a call of OpenAI is told of, with its model and its tokens', () => {
  it.each([
    ['create', (client: OpenAI) => client.chat.completions.create(question)],
    ['withResponse', (client: OpenAI) => client.chat.completions.create(question).withResponse()],
    ['parse', (client: OpenAI) => client.chat.completions.parse(question)],
    [
      'the body of asResponse, read by hand',
      async (client: OpenAI) => {
        const response = await client.chat.completions.create(question).asResponse();
        const body = await readJson(response.body as ReadableStream<Uint8Array>);
        expect(body).toMatchObject({ usage: { total_tokens: 2 } });
      },
    ],
    [
      'a clone of asResponse',
      async (client: OpenAI) => {
        const response = await client.chat.completions.create(question).asResponse();
        expect(await response.clone().json()).toEqual(await response.json());
      },
    ],
  ])('by %s', async (_, ask) => {
    expect(await openaiTold(completion, ask)).toEqual([{ ...chat, usage: { input: 1, output: 1 } }]);
  });

  it('where it is streamed', async () => {
    const told = await openaiTold(streamsInTurn(streamed), async (client) => {
      for await (const _ of await client.chat.completions.create({ ...question, stream: true }));
    });
    expect(told).toEqual([{ ...chat, usage: { input: 7, output: 5 } }]);
  });

  it('where it is a response of the Responses API', async () => {
    const body = { object: 'response', model: 'gpt-r', output: [], usage: { input_tokens: 11, output_tokens: 3 } };
    const told = await openaiTold(
      (response) => json(response, 200, body),
      (client) => client.responses.create({ model: 'gpt', input: 'hello' }),
    );
    expect(told).toEqual([{ ...chat, model: 'gpt-r', usage: { input: 11, output: 3 } }]);
  });

  it('where it makes embeddings', async () => {
    const body = { object: 'list', model: 'embed-1', data: [{ embedding: [0.5] }], usage: { prompt_tokens: 8 } };
    const told = await openaiTold(
      (response) => json(response, 200, body),
      (client) => client.embeddings.create({ model: 'e', input: 'tea', encoding_format: 'float' }),
    );
    const embedded = { ...chat, operation: 'embed', task: 'embeddings', model: 'embed-1' };
    expect(told).toEqual([{ ...embedded, usage: { input: 8, output: undefined } }]);
  });

  it('once, of the answered attempt, however often it was retried', async () => {
    const told = await openaiTold(
      (response, _, index) => {
        if (index < 2) json(response, 500, { error: { message: 'oops' }, usage: { prompt_tokens: 900 } });
        else answerCompletion(response, 'hi');
      },
      (client) => client.chat.completions.create(question),
    );
    expect(told).toEqual([{ ...chat, usage: { input: 1, output: 1 } }]);
  });
});

describe('a call of a model that is not answered', () => {
  const failed = { ...chat, model: undefined, usage: undefined };

  it('is told of by its status, and by the end of a stream that breaks off', async () => {
    const refused = await openaiTold(
      (response) => json(response, 400, { error: { message: 'no' } }),
      (client) => rejection(client.chat.completions.create(question)),
    );
    expect(refused).toEqual([{ ...failed, errorType: '400' }]);
    const cut = await openaiTold(streamsInTurn([chatChunk({ content: 'one' }), 'RESET']), async (client) => {
      const reading = (async () => {
        for await (const _ of await client.chat.completions.create({ ...question, stream: true }));
      })();
      expect(await rejection(reading)).toMatchObject({ code: 'stream_truncated' });
    });
    expect(cut).toEqual([{ ...failed, model: 'gpt-test', errorType: 'stream_truncated' }]);
  });

  it('is told of where its answer breaks off, and not where the application gave it up', async () => {
    const half: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      response.write('{"usage":{"prompt_tokens":1}', () => response.destroy());
    };
    const broken = await openaiTold(half, (client) =>
      rejection(client.chat.completions.create(question, { maxRetries: 0 })),
    );
    expect(broken).toEqual([{ ...failed, errorType: '_OTHER' }]);
    const begun: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
      response.write('{"usage":');
    };
    const given = await openaiTold(begun, async (client) => {
      const controller = new AbortController();
      const call = client.chat.completions.create(question, { signal: controller.signal });
      await call.asResponse();
      controller.abort();
      await rejection(call);
    });
    expect(given).toEqual([]);
  });

  it('is no call of a model where we refuse it', async () => {
    await using setup = await setUpAi(completion, { rateLimit: { capacity: 1, windowSeconds: 1e6 } });
    const client = hardenOpenAI(setup.openai, { bridge: setup.bridge });
    const told = await modelCallsOf(async () => {
      await client.chat.completions.create(question);
      await rejection(client.chat.completions.create(question));
    });
    expect(told).toEqual([{ ...chat, usage: { input: 1, output: 1 } }]);
  });
});

describe('a call of Anthropic is told of', () => {
  const ask = { ...question, model: 'claude' };
  const expected = { ...chat, provider: 'anthropic', model: 'claude-test', usage: { input: 10, output: 5 } };

  it('streamed or not', async () => {
    await using setup = await setUpAi((response) => answerMessage(response, 'hi'));
    const client = hardenAnthropic(setup.anthropic, { bridge: setup.bridge });
    expect(await modelCallsOf(() => client.messages.create(ask))).toEqual([expected]);
    setup.upstream.answer = streamsInTurn(wholeMessage('one'));
    expect(await modelCallsOf(() => client.messages.stream(ask).finalText())).toEqual([expected]);
  });
});

describe('a call by a model of the AI SDK is told of', () => {
  async function setUp(answer: Answer) {
    const setup = await setUpAi(answer);
    const { bridge } = setup;
    const provider = createOpenAI({ apiKey: 'sk-test', baseURL: `${setup.upstream.url}/v1` });
    return {
      [Symbol.asyncDispose]: () => setup[Symbol.asyncDispose](),
      model: hardenLanguageModel(provider.chat('gpt'), { bridge }),
      embedding: hardenEmbeddingModel(provider.embedding('embed-1'), { bridge }),
    };
  }

  it('where it generates, streams and embeds', async () => {
    await using generated = await setUp(completion);
    const text = await modelCallsOf(() => generateText({ model: generated.model, prompt: 'hello' }));
    expect(text).toEqual([{ ...chat, usage: { input: 1, output: 1 } }]);
    await using streaming = await setUp(streamsInTurn(streamed));
    const stream = await modelCallsOf(async () => streamText({ model: streaming.model, prompt: 'hello' }).text);
    expect(stream).toEqual([{ ...chat, usage: { input: 7, output: 5 } }]);
    const data = [{ object: 'embedding', index: 0, embedding: [0.5] }];
    await using embedding = await setUp((response) => json(response, 200, { data, usage: { prompt_tokens: 8 } }));
    const embedded = await modelCallsOf(() => embed({ model: embedding.embedding, value: 'tea' }));
    const usage = { input: 8, output: undefined };
    expect(embedded).toEqual([{ ...chat, operation: 'embed', task: 'embeddings', model: 'embed-1', usage }]);
  });

  it('by its status where it fails', async () => {
    await using setup = await setUp((response) => json(response, 500, { error: { message: 'oops' } }));
    const told = await modelCallsOf(() => rejection(generateText({ model: setup.model, prompt: 'hello' })));
    expect(told).toEqual([{ ...chat, model: undefined, usage: undefined, errorType: '500' }]);
  });
});

it('nothing is looked at where nobody listens', async () => {
  await using setup = await setUpAi(completion, { retry: quickRetry });
  const client = hardenOpenAI(setup.openai, { bridge: setup.bridge });
  const response = await client.chat.completions.create(question).asResponse();
  expect(Object.getOwnPropertyNames(response)).not.toContain('json');
});
