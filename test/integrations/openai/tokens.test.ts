import { hardenAnthropic } from '@crossbridge/integrations/anthropic';
import { hardenOpenAI, type TokenOptions, withKey } from '@crossbridge/integrations/openai';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { type AiSetup, quickRetry, setUpAi } from '../../support/ai-clients.ts';
import { answerMessage, wholeMessage } from '../../support/anthropic-api.ts';
import { rejection } from '../../support/bridges.ts';
import { sse, streamsInTurn } from '../../support/event-stream.ts';
import { answerCompletion, chatChunk } from '../../support/openai-api.ts';
import { type Answer, json } from '../../support/upstream.ts';

const question = { model: 'gpt-test', max_tokens: 100, messages: [{ role: 'user' as const, content: 'hello' }] };
const role = chatChunk({ role: 'assistant', content: '' });
const word = chatChunk({ content: 'one' });

interface Metered extends AiSetup {
  readonly client: OpenAI;
  /** Tokens that the key could spend now; the window is so long that none come back. */
  left(key?: string): number;
}

/** A limit of a thousand tokens, of which each call is taken for a hundred. */
async function setUp(answer: Answer, options: Partial<TokenOptions> = {}): Promise<Metered> {
  const limit = { rateLimit: { capacity: 1000, windowSeconds: 86_400 * 300 } };
  const setup = await setUpAi(answer, { retry: quickRetry }, { tpm: limit });
  const tokens = { operation: 'tpm', estimate: () => 100, ...options };
  return {
    ...setup,
    client: hardenOpenAI(setup.openai, { bridge: setup.bridge, tokens }),
    left: (key = 'default') => {
      for (let cost = 1000; cost > 0; cost -= 1) {
        if (setup.bridge.checkRateLimit(key, 'tpm', cost) === undefined) return cost;
      }
      return 0;
    },
  };
}

/** Waits until what was used is settled, and says what is left: asking takes it. */
async function settled(setup: Metered, expected: number, key?: string): Promise<void> {
  // The answer is read beside the application, which may be done first.
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(setup.left(key)).toBe(expected);
}

describe('a limit of tokens', () => {
  it('is charged what the provider says that the answer took', async () => {
    await using setup = await setUp((response) => answerCompletion(response, 'hi'));
    await setup.client.chat.completions.create(question);
    await settled(setup, 998);
  });

  it('is charged only what it counts', async () => {
    const usage = { prompt_tokens: 30, completion_tokens: 5 };
    const answer: Answer = (response) => json(response, 200, { choices: [], usage });
    await using input = await setUp(answer, { count: 'input' });
    await input.client.chat.completions.create(question);
    await settled(input, 970);
    await using output = await setUp(answer, { count: 'output' });
    await output.client.chat.completions.create(question);
    await settled(output, 995);
  });

  it('is charged more than was thought where the answer took more, and refuses then', async () => {
    const usage = { prompt_tokens: 600, completion_tokens: 700 };
    await using setup = await setUp((response) => json(response, 200, { choices: [], usage }));
    await setup.client.chat.completions.create(question);
    await settled(setup, 0);
    const error = await rejection(setup.client.chat.completions.create(question));
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error).toMatchObject({ code: 'rate_limited' });
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('holds while calls run beside each other: what is not settled yet is charged as estimated', async () => {
    const waiting: (() => void)[] = [];
    await using setup = await setUp((response) => void waiting.push(() => answerCompletion(response, 'hi')));
    const calls = Array.from({ length: 15 }, () =>
      rejection(setup.client.chat.completions.create(question)).catch(() => 'answered'),
    );
    await expect.poll(() => waiting.length).toBe(10);
    for (const answer of waiting) answer();
    const results = await Promise.all(calls);
    expect(results.filter((result) => result === 'answered')).toHaveLength(10);
    expect(results.filter((result) => result instanceof OpenAI.RateLimitError)).toHaveLength(5);
    await settled(setup, 980);
  });

  it('gets back what a failed call had reserved, and is charged once for all attempts of a call', async () => {
    await using setup = await setUp((response) => json(response, 500, { error: { message: 'oops' } }));
    await rejection(setup.client.chat.completions.create(question));
    expect(setup.upstream.requests).toHaveLength(3);
    await settled(setup, 1000);
    await using broken = await setUp((response) => response.destroy());
    await rejection(broken.client.chat.completions.create(question));
    await settled(broken, 1000);
    await using inBand = await setUp(streamsInTurn([sse({ error: { message: 'busy', type: 'server_error' } })]));
    const reading = (async () => {
      for await (const _ of await inBand.client.chat.completions.create({ ...question, stream: true }));
    })();
    await rejection(reading);
    await settled(inBand, 1000);
  });

  it('is charged by the usage at the end of a stream, else by the estimate', async () => {
    const usage = sse({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 5 } });
    const end = [chatChunk({}, 'stop'), 'data: [DONE]\n\n'];
    await using told = await setUp(streamsInTurn([role, word, ...end.slice(0, 1), usage, ...end.slice(1)]));
    for await (const _ of await told.client.chat.completions.create({ ...question, stream: true }));
    await settled(told, 988);
    await using untold = await setUp(streamsInTurn([role, word, ...end]));
    for await (const _ of await untold.client.chat.completions.create({ ...question, stream: true }));
    await settled(untold, 900);
  });

  it('keeps the estimate of a stream that is cut off, though its beginning tells of a usage', async () => {
    await using part = await setUp(streamsInTurn([...wholeMessage('one').slice(0, -2), 'END']));
    const tokens = { operation: 'tpm', estimate: () => 100 };
    const client = hardenAnthropic(part.anthropic, { bridge: part.bridge, tokens });
    await rejection(client.messages.stream({ ...question, model: 'claude-test' }).finalText());
    await settled(part, 900);
    await using setup = await setUp(streamsInTurn([role, word, 'END']));
    const reading = (async () => {
      for await (const _ of await setup.client.chat.completions.create({ ...question, stream: true }));
    })();
    expect(await rejection(reading)).toMatchObject({ code: 'stream_truncated' });
    await settled(setup, 900);
  });

  it('counts embeddings, which have no answer, and nothing that does not generate', async () => {
    const embedding = { object: 'list', data: [{ embedding: [0.5] }], usage: { prompt_tokens: 8, total_tokens: 8 } };
    await using setup = await setUp((response, request) =>
      json(response, 200, request.path.endsWith('/embeddings') ? embedding : { data: [] }),
    );
    await setup.client.models.list();
    await setup.client.embeddings.create({ model: 'e', input: 'tea', encoding_format: 'float' });
    await settled(setup, 992);
  });

  it('is one for each key', async () => {
    await using setup = await setUp((response) => answerCompletion(response, 'hi'));
    await withKey('user:1', () => setup.client.chat.completions.create(question));
    await settled(setup, 998, 'user:1');
    expect(setup.left('user:2')).toBe(1000);
  });

  it('is reserved by what is asked where nobody says how', async () => {
    const seen: number[] = [];
    const limit = { rateLimit: { capacity: 1000, windowSeconds: 86_400 * 300 } };
    await using setup = await setUpAi((response) => answerCompletion(response, 'hi'), {}, { tpm: limit });
    const { bridge } = setup;
    const reserve = bridge.reserve.bind(bridge);
    bridge.reserve = (key, operation, estimate, options) => {
      seen.push(estimate);
      return reserve(key, operation, estimate, options);
    };
    const client = hardenOpenAI(setup.openai, { bridge, tokens: { operation: 'tpm' } });
    await client.chat.completions.create(question);
    // "gpt-test", "user" and "hello" are taken for 2, 1 and 2 tokens, the answer for the 100 that it may take.
    expect(seen).toEqual([105]);
  });

  it('leaves the application the body it would have had', async () => {
    await using setup = await setUp((response) => answerCompletion(response, 'hi'));
    const { data, response } = await setup.client.chat.completions.create(question).withResponse();
    expect([data.choices[0]?.message.content, response.url]).toEqual([
      'hi',
      `${setup.upstream.url}/v1/chat/completions`,
    ]);
  });

  it('is charged what Anthropic says, streamed or not', async () => {
    await using setup = await setUp((response) => answerMessage(response, 'hi'));
    const tokens = { operation: 'tpm', estimate: () => 100 };
    const client = hardenAnthropic(setup.anthropic, { bridge: setup.bridge, tokens });
    const ask = { model: 'claude-test', max_tokens: 10, messages: question.messages };
    await client.messages.create(ask);
    await settled(setup, 985);
    await using streamed = await setUp(streamsInTurn(wholeMessage('one')));
    const streaming = hardenAnthropic(streamed.anthropic, { bridge: streamed.bridge, tokens });
    await streaming.messages.stream(ask).finalText();
    await settled(streamed, 985);
  });
});
