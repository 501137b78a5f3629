import { StreamStalledError, StreamTruncatedError } from '@crossbridge/core';
import { type HardenClientOptions, hardenOpenAI, type StreamEnd } from '@crossbridge/integrations/openai';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { type AiSetup, quickRetry, setUpAi } from '../../support/ai-clients.ts';
import { type OperationInput, rejection } from '../../support/bridges.ts';
import { type StreamStep, sse, streamsInTurn } from '../../support/event-stream.ts';
import { chatChunk, wholeChat } from '../../support/openai-api.ts';

const question = { model: 'gpt-test', messages: [{ role: 'user' as const, content: 'hello' }] };
const role = chatChunk({ role: 'assistant', content: '' });
const first = chatChunk({ content: 'one ' });
const overloaded = sse({ error: { message: 'busy', type: 'server_error', code: 'server_is_overloaded' } });
const whole = wholeChat('one ', 'two');

interface Hardened extends AiSetup {
  readonly client: OpenAI;
}

async function setUp(
  streams: readonly (readonly StreamStep[])[],
  options: HardenClientOptions = {},
  operation: OperationInput = { retry: quickRetry },
): Promise<Hardened> {
  const setup = await setUpAi(streamsInTurn(...streams), operation);
  const limits = { streams: { stallMs: 50, silenceMs: 50 } };
  return { ...setup, client: hardenOpenAI(setup.openai, { bridge: setup.bridge, ...limits, ...options }) };
}

/** What an application gets of a streamed answer: the text, and the error that ends it. */
async function read({ client }: Hardened): Promise<{ readonly text: string; readonly error: unknown }> {
  let text = '';
  try {
    for await (const chunk of await client.chat.completions.create({ ...question, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? '';
    }
  } catch (error) {
    return { text, error };
  }
  return { text, error: undefined };
}

describe('a chat that streams, before its first content', () => {
  it.each<[string, readonly StreamStep[]]>([
    ['begins with an error', [overloaded]],
    ['has an error after its role', [role, overloaded]],
    ['stalls at once', ['STALL']],
    ['stalls after its role', [role, 'STALL']],
    ['sends nothing but keep-alives and stalls', [': ping\n\n', ': ping\n\n', 'STALL']],
    ['is reset', [role, 'RESET']],
    ['ends without an answer', [role, 'END']],
    ['ends without anything', ['END']],
  ])('is asked for again, unseen, when it %s', async (_, fault) => {
    await using setup = await setUp([fault, fault, whole]);
    expect(await read(setup)).toEqual({ text: 'one two', error: undefined });
    expect(setup.upstream.requests).toHaveLength(3);
    expect(setup.observer.ofType('attempt.ended').map(({ outcome }) => outcome)).toEqual(['error', 'error', 'success']);
    expect(setup.observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual(['success']);
  });

  it('fails with the error of the SDK, as it came, when every attempt began with one', async () => {
    await using setup = await setUp([[role, overloaded]]);
    const { error } = await read(setup);
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).toMatchObject({ code: 'server_is_overloaded', type: 'server_error' });
    expect(setup.upstream.requests).toHaveLength(3);
    expect(setup.observer.story.at(-1)).toBe('end error server_is_overloaded');
  });

  it.each<[StreamStep, string, number]>([
    ['STALL', 'stream_stalled', 504],
    ['RESET', 'stream_truncated', 502],
    ['END', 'stream_truncated', 502],
  ])('fails with a server error of the SDK when every attempt ended in %s', async (fault, code, status) => {
    await using setup = await setUp([[role, fault]]);
    const { error } = await read(setup);
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({ code, status });
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it.each(['insufficient_quota', 'invalid_request_error'])('is not asked for again after %s', async (type) => {
    await using setup = await setUp([[sse({ error: { message: 'no', type } })]]);
    expect((await read(setup)).error).toMatchObject({ type });
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('is asked for again after an error that nobody knows: the question had been accepted', async () => {
    await using setup = await setUp([[sse({ error: { message: 'oops', type: 'gremlins' } })], whole]);
    expect((await read(setup)).text).toBe('one two');
  });

  it('opens the circuit breaker, and empties no retry budget that is not there', async () => {
    const operation = { retry: quickRetry, circuitBreaker: { consecutiveFailures: 3, openForMs: 60_000 } };
    await using setup = await setUp([[role, 'END']], {}, operation);
    await read(setup);
    expect((await read(setup)).error).toMatchObject({ status: 503, code: 'circuit_open' });
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it('ends its attempt with its timeout, which does not cut the answer once it flows', async () => {
    const operation = { retry: { ...quickRetry, maxAttempts: 2 }, timeout: { attemptMs: 300 } };
    const streams = { stallMs: 60_000 };
    await using setup = await setUp([[role, 'STALL']], { streams }, operation);
    setup.upstream.answer = (response, request, index) => {
      if (index === 0) return streamsInTurn([role, 'STALL'])(response, request, index);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(role + first);
      setTimeout(() => response.end(chatChunk({ content: 'two' }, 'stop')), 600);
    };
    expect(await read(setup)).toEqual({ text: 'one two', error: undefined });
    expect(setup.observer.story).toContain('attempt 1 timeout attempt_timeout');
    expect(setup.upstream.requests).toHaveLength(2);
  });
});

describe('a chat that streams, after its first content', () => {
  it.each<[StreamStep, typeof StreamStalledError | typeof StreamTruncatedError]>([
    ['STALL', StreamStalledError],
    ['RESET', StreamTruncatedError],
    ['END', StreamTruncatedError],
  ])('fails with what it is when it ends in %s, and is not asked for again', async (fault, type) => {
    await using setup = await setUp([[role, first, fault], whole]);
    const { text, error } = await read(setup);
    expect(text).toBe('one ');
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ operation: 'ai_generate' });
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('fails with the error of the SDK when the provider sends one', async () => {
    await using setup = await setUp([[role, first, overloaded]]);
    const { text, error } = await read(setup);
    expect([text, error instanceof OpenAI.APIError]).toEqual(['one ', true]);
  });

  it('fails in the helper too, which would have taken the part for the whole', async () => {
    await using setup = await setUp([[role, first, 'END']]);
    const helper = setup.client.chat.completions.stream(question);
    expect(await rejection(helper.finalContent())).toMatchObject({ cause: { code: 'stream_truncated' } });
  });

  it('need not say [DONE] when every choice has its reason to finish: not all compatible providers do', async () => {
    await using setup = await setUp([[role, first, chatChunk({}, 'stop'), 'END']]);
    expect(await read(setup)).toEqual({ text: 'one ', error: undefined });
  });

  it('is ended by a reader who has enough, without an error', async () => {
    const ends: StreamEnd['end'][] = [];
    const streams = { stallMs: 60_000, onEnd: ({ end }: StreamEnd) => void ends.push(end) };
    await using setup = await setUp([[role, first, 'STALL']], { streams });
    for await (const chunk of await setup.client.chat.completions.create({ ...question, stream: true })) {
      if (chunk.choices[0]?.delta.content === 'one ') break;
    }
    await expect.poll(() => ends).toEqual(['cancelled']);
  });

  it('holds no slot of the bulkhead while it flows', async () => {
    const operation = { retry: quickRetry, bulkhead: { limit: 1, queue: 0 } };
    const streams = { stallMs: 60_000 };
    await using setup = await setUp([[role, first, 'STALL'], whole], { streams }, operation);
    const flowing = await setup.client.chat.completions.create({ ...question, stream: true });
    expect((await read(setup)).text).toBe('one two');
    flowing.controller.abort();
  });
});

describe('the helpers for streams', () => {
  it('work as before', async () => {
    await using setup = await setUp([[role, overloaded], whole]);
    const helper = setup.client.chat.completions.stream(question);
    const words: string[] = [];
    helper.on('content', (delta) => words.push(delta));
    expect([await helper.finalContent(), words]).toEqual(['one two', ['one ', 'two']]);
    const { data, response } = await setup.client.chat.completions.create({ ...question, stream: true }).withResponse();
    expect([response.status, response.url]).toEqual([200, `${setup.upstream.url}/v1/chat/completions`]);
    const [left, right] = data.tee();
    const counts = await Promise.all(
      [left, right].map(async (stream) => {
        let count = 0;
        for await (const _ of stream) count += 1;
        return count;
      }),
    );
    expect(counts).toEqual([4, 4]);
  });

  it('work for the Responses API', async () => {
    const typed = (type: string, rest: object): string => sse({ type, ...rest }, type);
    const response = { id: 'resp_1', object: 'response', status: 'in_progress', output: [], error: null, usage: null };
    const created = typed('response.created', { response });
    const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
    const part = { type: 'output_text', text: '', annotations: [] };
    const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
    const answer = [
      created,
      typed('response.output_item.added', { output_index: 0, item }),
      typed('response.content_part.added', { ...at, part }),
      typed('response.output_text.delta', { ...at, delta: 'hi' }),
      typed('response.completed', {
        response: { ...response, status: 'completed', output: [{ ...item, content: [{ ...part, text: 'hi' }] }] },
      }),
    ];
    const failed = typed('response.failed', {
      response: { ...response, error: { code: 'server_error', message: 'x' } },
    });
    await using setup = await setUp([[created, failed], [created, 'RESET'], answer]);
    const helper = setup.client.responses.stream({ model: 'gpt-test', input: 'hello' });
    expect((await helper.finalResponse()).output_text).toBe('hi');
    expect(setup.upstream.requests).toHaveLength(3);
    setup.upstream.answer = streamsInTurn(answer.slice(0, -1));
    const cut = setup.client.responses.stream({ model: 'gpt-test', input: 'hello' });
    expect(await rejection(cut.finalResponse())).toMatchObject({ cause: { code: 'stream_truncated' } });
  });
});

describe('what is told of a stream', () => {
  it('is which attempt answered and how the stream ended, with its usage', async () => {
    const facts: unknown[] = [];
    const usage = sse({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 5 } });
    const answer = [role, first, chatChunk({}, 'stop'), usage, 'data: [DONE]\n\n'];
    const streams = {
      onFirstContent: ({
        operation,
        attempt,
        afterMs,
        attemptMs,
      }: {
        operation: string;
        attempt: number;
        afterMs: number;
        attemptMs: number;
      }) => void facts.push([operation, attempt, afterMs >= attemptMs]),
      onEnd: ({ end, usage: told }: StreamEnd) => void facts.push([end, told]),
    };
    await using setup = await setUp([[overloaded], answer], { streams });
    await read(setup);
    expect(facts).toEqual([
      ['ai_generate', 2, true],
      ['complete', { input: 7, output: 5 }],
    ]);
  });

  it('changes nothing when the listener throws', async () => {
    const streams = {
      onFirstContent: () => {
        throw new Error('listener');
      },
    };
    await using setup = await setUp([whole], { streams });
    expect((await read(setup)).text).toBe('one two');
  });
});
