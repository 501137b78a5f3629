import { createBridge, isCrossbridgeError } from '@crossbridge/core';
import { hardenEmbeddingProvider } from '@crossbridge/integrations/embedding';
import { expect, expectTypeOf, it } from 'vitest';
import { failing, httpError, rejection } from '../../support/bridges.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

class Embeddings {
  readonly modelName = 'text-embedding-3-large';
  #dimension = 0;

  async embed(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    const vectors = texts.map((text) => [text.length, 1]);
    this.#dimension = vectors[0]?.length ?? 0;
    return vectors;
  }

  getDimension(): number {
    return this.#dimension;
  }
}

function setUp(capacity = 60) {
  const clock = new VirtualClock();
  const limit = { capacity, windowSeconds: 60 };
  return {
    clock,
    bridge: createBridge({ rateLimiting: { defaults: { embed: limit } } }, { clock, random: () => 0.5 }),
  };
}

it('limits embed, and leaves getDimension() and modelName as they are', async () => {
  const { bridge } = setUp(1);
  const provider = hardenEmbeddingProvider(new Embeddings(), { bridge, rateLimitKey: 'org:acme' });
  expectTypeOf(provider).toEqualTypeOf<Embeddings>();
  expect(await provider.embed(['four', 'fives'])).toEqual([
    [4, 1],
    [5, 1],
  ]);
  expect([provider.getDimension(), provider.modelName]).toEqual([2, 'text-embedding-3-large']);
  expect(await rejection(provider.embed([]))).toMatchObject({
    code: 'rate_limited',
    operation: 'embed',
    key: 'org:acme',
  });
});

it('takes one token for a call, or as many as its cost says', async () => {
  const { bridge } = setUp(4);
  const texts = ['a', 'b', 'c'];
  const perCall = hardenEmbeddingProvider(new Embeddings(), { bridge, rateLimitKey: 'a' });
  await perCall.embed(texts);
  await perCall.embed(texts);
  const cost = ({ args }: { args: readonly unknown[] }): number => (args[0] as string[]).length;
  const perText = hardenEmbeddingProvider(new Embeddings(), { bridge, rateLimitKey: 'b', cost });
  await perText.embed(texts);
  expect(await rejection(perText.embed(texts))).toMatchObject({ code: 'rate_limited' });
});

it('retries by `expensive` unless it is told something else', async () => {
  const { bridge, clock } = setUp();
  const failures = Array.from({ length: 9 }, () => httpError(502));
  const [embed, other] = [failing(failures, []), failing(failures, [])];
  await rejection(clock.run(hardenEmbeddingProvider({ embed }, { bridge }).embed()));
  await rejection(clock.run(hardenEmbeddingProvider({ embed: other }, { bridge, retryPolicy: 'quick' }).embed()));
  expect([embed.calls, other.calls]).toEqual([5, 2]);
});

it('hardens the methods that it is told, under the operation that it is told', async () => {
  const { bridge } = setUp();
  const langchain = {
    embedQuery: (text: string) => [text.length],
    embedDocuments: async (texts: string[]) => texts.map((text) => [text.length]),
  };
  const provider = hardenEmbeddingProvider(langchain, {
    bridge,
    operation: 'search',
    methods: ['embedQuery', 'embedDocuments'],
  });
  expectTypeOf(provider.embedQuery).toEqualTypeOf<(text: string) => Promise<number[]>>();
  expect([await provider.embedQuery('four'), await provider.embedDocuments(['a'])]).toEqual([[4], [[1]]]);
  expect(bridge.state.operations().map(({ operation }) => operation)).toContain('search');
});

it('registers a health check that follows the calls of its operation', async () => {
  const { bridge } = setUp();
  const provider = new Embeddings();
  hardenEmbeddingProvider(provider, { bridge });
  hardenEmbeddingProvider(provider, { bridge, rateLimitKey: 'user:1' });
  expect(bridge.health.names()).toEqual(['embedding_provider_Embeddings']);
  // Nothing is embedded to find out.
  expect(await bridge.health.run('embedding_provider_Embeddings')).toMatchObject({ status: 'unknown' });
  expect(provider.getDimension()).toBe(0);
});

it.each<[unknown, unknown, string]>([
  [{}, {}, 'The first argument of hardenEmbeddingProvider must be an object with the method embed, got one without'],
  [
    new Embeddings(),
    { methods: [] },
    'methods of hardenEmbeddingProvider must be a list of names of methods, got a list',
  ],
  [new Embeddings(), { operation: 5 }, 'operation of hardenEmbeddingProvider must be the name of an operation, got 5'],
  [new Embeddings(), { method: 'embed' }, 'hardenEmbeddingProvider has no option "method"; did you mean "methods"?'],
])('hardenEmbeddingProvider(%o, %o) says what is wrong', (given, options, message) => {
  let thrown: unknown;
  try {
    hardenEmbeddingProvider(given as object, options as never);
  } catch (error) {
    thrown = error;
  }
  expect(isCrossbridgeError(thrown) && thrown.code).toBe('invalid_argument');
  expect((thrown as Error).message).toBe(message);
});
