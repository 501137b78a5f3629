import { createBridge } from '@crossbridge/core';
import type { RuntimeConfigInput } from '@crossbridge/core/config';
import { hardenAIProvider } from '@crossbridge/integrations/ai';
import { expect, expectTypeOf, it } from 'vitest';
import { httpError, never, plainRetry, rejection } from '../../support/bridges.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

type Step = string | Error | 'hang';

/** A provider that streams: one list of steps for each request. */
class Streamer {
  readonly closed: number[] = [];
  requests = 0;
  readonly #scripts: readonly (readonly Step[])[];

  constructor(...scripts: readonly (readonly Step[])[]) {
    this.#scripts = scripts;
  }

  async *complete(_prompt: string, _options: { signal?: AbortSignal } = {}): AsyncGenerator<string, string> {
    const request = this.requests;
    this.requests += 1;
    try {
      for (const step of this.#scripts[request] ?? []) {
        if (step instanceof Error) throw step;
        if (step === 'hang') await never();
        yield step;
      }
      return 'stop';
    } finally {
      this.closed.push(request);
    }
  }
}

function setUp(streamer: Streamer, config: RuntimeConfigInput = {}) {
  const clock = new VirtualClock();
  const observer = new RecordingObserver();
  const bridge = createBridge(config, { clock, random: () => 0.5, observers: [observer] });
  return { clock, observer, bridge, ai: hardenAIProvider(streamer, { bridge }) };
}

async function read(stream: AsyncIterable<string>): Promise<string[]> {
  const seen: string[] = [];
  for await (const item of stream) seen.push(item);
  return seen;
}

it('streams every item, and ends with the value of the generator', async () => {
  const { ai, observer } = setUp(new Streamer(['a', 'b', 'c']));
  expectTypeOf(ai).toEqualTypeOf<Streamer>();
  const stream = ai.complete('hi');
  const results = [await stream.next(), await stream.next(), await stream.next(), await stream.next()];
  expect(results.map(({ value, done }) => [value, done])).toEqual([
    ['a', false],
    ['b', false],
    ['c', false],
    ['stop', true],
  ]);
  expect(observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual(['success']);
});

it('hands on what its reader says to it, from the first item on', async () => {
  const heard: unknown[] = [];
  const provider = {
    async *complete(): AsyncGenerator<number, string, string> {
      for (let item = 0; ; item += 1) {
        try {
          heard.push(yield item);
        } catch (error) {
          heard.push(error);
          return 'caught';
        }
      }
    },
  };
  const { complete } = hardenAIProvider(provider, { bridge: createBridge({}) });
  const stream = complete();
  for (const word of ['to nobody yet', 'one', 'two']) await stream.next(word);
  const error = new Error('enough');
  expect([await stream.throw(error), heard]).toEqual([{ value: 'caught', done: true }, ['one', 'two', error]]);
  const second = complete();
  await second.next();
  expect(await second.throw(error)).toEqual({ value: 'caught', done: true });
});

it('asks for nothing before it is read', async () => {
  const streamer = new Streamer(['a']);
  const { ai, observer } = setUp(streamer);
  ai.complete('hi');
  await settle();
  expect([streamer.requests, observer.ofType('call.started').length]).toEqual([0, 0]);
});

it('tries again what fails before the first item, and nothing after it', async () => {
  const late = httpError(503);
  const streamer = new Streamer([httpError(503)], ['a', late], ['never']);
  const { ai, clock } = setUp(streamer);
  const seen: string[] = [];
  const reading = rejection(
    (async () => {
      for await (const item of ai.complete('hi')) seen.push(item);
    })(),
  );
  expect(await clock.run(reading)).toBe(late);
  expect([seen, streamer.requests]).toEqual([['a'], 2]);
});

it('is refused by the limit when it is read', async () => {
  const config = { rateLimiting: { defaults: { ai_generate: { capacity: 1, windowSeconds: 60 } } } };
  const streamer = new Streamer(['a'], ['b']);
  const { ai } = setUp(streamer, config);
  expect(await read(ai.complete('hi'))).toEqual(['a']);
  expect(await rejection(read(ai.complete('hi')))).toMatchObject({ code: 'rate_limited' });
  expect(streamer.requests).toBe(1);
});

it('may be empty', async () => {
  const { ai } = setUp(new Streamer([]));
  expect(await read(ai.complete('hi'))).toEqual([]);
});

it.each([1, 2])('closes the stream of the provider when its reader leaves after item %i', async (count) => {
  const streamer = new Streamer(['a', 'b', 'c']);
  const { ai } = setUp(streamer);
  let seen = 0;
  for await (const _item of ai.complete('hi')) {
    seen += 1;
    if (seen === count) break;
  }
  expect(streamer.closed).toEqual([0]);
});

it('leaves an attempt that brings no item in time, and closes it when one comes after all', async () => {
  const gate = Promise.withResolvers<void>();
  const closed: number[] = [];
  let requests = 0;
  const clock = new VirtualClock();
  const config = { operations: { ai_generate: { retry: plainRetry, timeout: { attemptMs: 50 } } } };
  const ai = hardenAIProvider(
    {
      async *complete(): AsyncGenerator<string> {
        const request = requests;
        requests += 1;
        try {
          if (request === 0) await gate.promise;
          yield `from ${request}`;
        } finally {
          closed.push(request);
        }
      },
    },
    { bridge: createBridge(config, { clock }) },
  );
  expect(await clock.run(read(ai.complete()))).toEqual(['from 1']);
  gate.resolve();
  await settle();
  expect(closed).toEqual([1, 0]);
});

it('ends with the signal of its reader, while it waits and while it is read', async () => {
  const { ai, observer } = setUp(new Streamer(['hang']));
  const controller = new AbortController();
  const waiting = rejection(read(ai.complete('hi', { signal: controller.signal })));
  await settle();
  controller.abort('enough');
  expect(await waiting).toBe('enough');
  expect(observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual(['cancelled']);

  const given: AbortSignal[] = [];
  const late = new AbortController();
  const other = hardenAIProvider(
    {
      async *complete({ signal }: { signal: AbortSignal }): AsyncGenerator<string> {
        given.push(signal);
        yield 'a';
        signal.throwIfAborted();
      },
    },
    { bridge: createBridge() },
  );
  const stream = other.complete({ signal: late.signal });
  await stream.next();
  late.abort('enough');
  expect(await rejection(stream.next())).toBe('enough');
});
