import Anthropic from '@anthropic-ai/sdk';
import { hardenAnthropic } from '@crossbridge/integrations/anthropic';
import { describe, expect, it } from 'vitest';
import { type AiSetup, setUpAi } from '../../support/ai-clients.ts';
import { events, wholeMessage } from '../../support/anthropic-api.ts';
import { rejection } from '../../support/bridges.ts';
import { type StreamStep, streamsInTurn } from '../../support/event-stream.ts';

const question = { model: 'claude-test', max_tokens: 100, messages: [{ role: 'user' as const, content: 'hello' }] };
const { start, ping, block, overloaded, text } = events;
const whole = wholeMessage('one ', 'two');

interface Hardened extends AiSetup {
  readonly client: Anthropic;
}

async function setUp(...streams: readonly (readonly StreamStep[])[]): Promise<Hardened> {
  const setup = await setUpAi(streamsInTurn(...streams));
  const { bridge } = setup;
  return { ...setup, client: hardenAnthropic(setup.anthropic, { bridge, streams: { stallMs: 50, silenceMs: 50 } }) };
}

describe('a message that streams, before its first content', () => {
  it.each<[string, readonly StreamStep[]]>([
    ['begins with an overloaded error', [overloaded]],
    ['has an overloaded error after its start', [start, ping, block, overloaded]],
    ['stalls', [start, 'STALL']],
    ['sends a ping and stalls', [start, ping, 'STALL']],
    ['is reset', [start, block, 'RESET']],
    ['ends without content', [start, 'END']],
  ])('is asked for again, unseen, when it %s', async (_, fault) => {
    await using setup = await setUp(fault, fault, whole);
    expect(await setup.client.messages.stream(question).finalText()).toBe('one two');
    expect(setup.upstream.requests).toHaveLength(3);
    expect(setup.observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual(['success']);
  });

  it('fails with the error of the SDK when every attempt began with one', async () => {
    await using setup = await setUp([start, overloaded]);
    const error = await rejection(setup.client.messages.stream(question).finalMessage());
    expect(error).toBeInstanceOf(Anthropic.APIError);
    expect(error).toMatchObject({ type: 'overloaded_error' });
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it('fails with a gateway timeout of the SDK when every attempt stalled', async () => {
    await using setup = await setUp([start, ping, 'STALL']);
    const error = await rejection(setup.client.messages.create({ ...question, stream: true }));
    expect(error).toBeInstanceOf(Anthropic.InternalServerError);
    expect(error).toMatchObject({ status: 504, errorCode: 'stream_stalled' });
    expect(setup.upstream.requests).toHaveLength(3);
  });
});

describe('a message that streams, after its first content', () => {
  it.each<[StreamStep, string]>([
    ['STALL', 'stream_stalled'],
    ['RESET', 'stream_truncated'],
    ['END', 'stream_truncated'],
  ])('fails with what it is when it ends in %s, and is not asked for again', async (fault, code) => {
    await using setup = await setUp([start, block, text('one '), fault], whole);
    const words: string[] = [];
    const stream = setup.client.messages.stream(question).on('text', (word) => words.push(word));
    const error = (await rejection(stream.finalMessage())) as Error;
    expect(words).toEqual(['one ']);
    expect([error, error.cause]).toContainEqual(expect.objectContaining({ code }));
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('fails with the error of the SDK when Anthropic sends one', async () => {
    await using setup = await setUp([start, block, text('one '), overloaded], whole);
    const error = await rejection(setup.client.messages.stream(question).finalMessage());
    expect(error).toMatchObject({ type: 'overloaded_error' });
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('is not asked for again once a tool was begun', async () => {
    const input =
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{"}}\n\n';
    await using setup = await setUp([start, block, input, 'RESET'], whole);
    const events: string[] = [];
    const reading = (async () => {
      for await (const { type } of await setup.client.messages.create({ ...question, stream: true })) events.push(type);
    })();
    expect(await rejection(reading)).toMatchObject({ code: 'stream_truncated' });
    expect(events).toEqual(['message_start', 'content_block_start', 'content_block_delta']);
    expect(setup.upstream.requests).toHaveLength(1);
  });
});
