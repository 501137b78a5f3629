import { createOpenAI } from '@ai-sdk/openai';
import { hardenLanguageModel } from '@crossbridge/integrations/ai-sdk';
import { hardenFetch } from '@crossbridge/integrations/fetch';
import { hardenOpenAI } from '@crossbridge/integrations/openai';
import { generateText, type LanguageModel } from 'ai';
import { describe, expect, it } from 'vitest';
import { setUpAi } from '../../support/ai-clients.ts';
import { rejection } from '../../support/bridges.ts';
import { sse, streamsInTurn } from '../../support/event-stream.ts';
import { modelCallsOf } from '../../support/model-calls.ts';
import { chatChunk, wholeChat } from '../../support/openai-api.ts';
import type { Answer } from '../../support/upstream.ts';

const messages = [{ role: 'user' as const, content: 'hello' }];
const silent: Answer = () => {};

describe('what the application gives up has not failed', () => {
  it.each([
    ['while it waits for an answer', silent],
    [
      'while it reads the answer',
      ((response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
        response.write('{"usage":');
      }) satisfies Answer,
    ],
  ])('%s', async (_, answer) => {
    await using setup = await setUpAi(answer);
    const fetch = hardenFetch(globalThis.fetch, { bridge: setup.bridge, operation: 'ai_generate' });
    const controller = new AbortController();
    const told = await modelCallsOf(async () => {
      const init = { method: 'POST', body: '{}', signal: controller.signal };
      const call = fetch(`${setup.upstream.url}/v1/chat/completions`, init).then((response) => response.json());
      const rejected = rejection(call);
      await expect.poll(() => setup.upstream.requests.length).toBe(1);
      setTimeout(() => controller.abort(), 20);
      expect(await rejected).toMatchObject({ name: 'AbortError' });
    });
    expect(told).toEqual([]);
  });

  it('by a model of the AI SDK', async () => {
    await using setup = await setUpAi(silent);
    const provider = createOpenAI({ apiKey: 'sk-test', baseURL: `${setup.upstream.url}/v1` });
    const model = hardenLanguageModel(provider.chat('gpt'), { bridge: setup.bridge });
    const controller = new AbortController();
    const told = await modelCallsOf(async () => {
      const rejected = rejection(generateText({ model, prompt: 'hello', abortSignal: controller.signal }));
      await expect.poll(() => setup.upstream.requests.length).toBe(1);
      controller.abort();
      await rejected;
    });
    expect(told).toEqual([]);
  });
});

describe('a stream is told of', () => {
  it('without tokens where the application does not want the rest, beside the listener of the application', async () => {
    await using setup = await setUpAi(streamsInTurn([chatChunk({ content: 'one' }), 'STALL']));
    const ends: unknown[] = [];
    const streams = { onEnd: ({ end }: { readonly end: string }) => void ends.push(end) };
    const client = hardenOpenAI(setup.openai, { bridge: setup.bridge, streams });
    const told = await modelCallsOf(async () => {
      for await (const _ of await client.chat.completions.create({ model: 'gpt', messages, stream: true })) break;
      await expect.poll(() => ends).toEqual(['cancelled']);
    });
    expect(told).toMatchObject([{ model: 'gpt-test', usage: undefined, errorType: undefined }]);
  });

  it('with the model and the tokens of the Responses API', async () => {
    const typed = (type: string, rest: object): string => sse({ type, ...rest }, type);
    const answer = { model: 'gpt-r', usage: { input_tokens: 11, output_tokens: 3 } };
    const events = [
      typed('response.created', { response: { model: 'gpt-r' } }),
      typed('response.output_text.delta', { delta: 'hi' }),
      typed('response.completed', { response: answer }),
    ];
    await using setup = await setUpAi(streamsInTurn(events));
    const client = hardenOpenAI(setup.openai, { bridge: setup.bridge });
    const told = await modelCallsOf(async () => {
      for await (const _ of await client.responses.create({ model: 'gpt', input: 'hello', stream: true }));
    });
    expect(told).toMatchObject([{ model: 'gpt-r', usage: { input: 11, output: 3 } }]);
  });

  it('as one whose tokens nobody told where the provider does not', async () => {
    await using setup = await setUpAi(streamsInTurn(wholeChat('one')));
    const client = hardenOpenAI(setup.openai, { bridge: setup.bridge });
    const told = await modelCallsOf(async () => {
      for await (const _ of await client.chat.completions.create({ model: 'gpt', messages, stream: true }));
    });
    expect(told).toMatchObject([{ model: 'gpt-test', usage: undefined, errorType: undefined }]);
  });

  it('as failed where a model of the AI SDK says nothing but that', async () => {
    await using setup = await setUpAi(silent);
    const failing: Exclude<LanguageModel, string> = {
      specificationVersion: 'v4',
      provider: 'openai.chat',
      modelId: 'm',
      supportedUrls: {},
      doGenerate: () => Promise.reject(new Error('not asked')),
      doStream: async () => ({
        stream: new ReadableStream({
          start(controller) {
            controller.enqueue({ type: 'error', error: new Error('no') });
            controller.close();
          },
        }),
      }),
    };
    const model = hardenLanguageModel(failing, { bridge: setup.bridge });
    const told = await modelCallsOf(async () => {
      const { stream } = await model.doStream({ prompt: [] });
      for await (const _ of stream);
    });
    expect(told).toMatchObject([{ provider: 'openai', usage: undefined, errorType: '_OTHER' }]);
  });
});
