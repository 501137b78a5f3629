import { createBridge, isCrossbridgeError, RetryPolicy, setDefaultBridge } from '@crossbridge/core';
import type { RuntimeConfigInput } from '@crossbridge/core/config';
import { hardenAIProvider } from '@crossbridge/integrations/ai';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { failing, httpError, plainRetry, rejection } from '../../support/bridges.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function setUp(config: RuntimeConfigInput = {}) {
  const clock = new VirtualClock();
  const observer = new RecordingObserver();
  const bridge = createBridge(config, { clock, random: () => 0.5, observers: [observer] });
  return { bridge, clock, observer };
}

class Provider {
  readonly seen: unknown[][] = [];
  readonly #answers: (() => Promise<string>) | undefined;

  constructor(answers?: () => Promise<string>) {
    this.#answers = answers;
  }

  async complete(...args: unknown[]): Promise<string> {
    this.seen.push(args);
    return this.#answers === undefined ? 'text' : await this.#answers();
  }

  embed(texts: readonly string[]): number[][] {
    return texts.map((text) => [text.length]);
  }
}

describe('hardenAIProvider', () => {
  it('limits each method by its own operation, and each key for itself', async () => {
    const limits = {
      ai_generate: { capacity: 1, windowSeconds: 60 },
      embed: { capacity: 2, windowSeconds: 60 },
    };
    const { bridge } = setUp({ rateLimiting: { defaults: limits } });
    const provider = new Provider();
    const one = hardenAIProvider(provider, { bridge, rateLimitKey: 'user:1' });
    const two = hardenAIProvider(provider, { bridge, rateLimitKey: 'user:2' });
    await Promise.all([one.complete(), two.complete(), one.embed(['a']), one.embed(['b'])]);
    expect(await rejection(one.complete())).toMatchObject({
      code: 'rate_limited',
      key: 'user:1',
      operation: 'ai_generate',
    });
    expect(await rejection(one.embed(['c']))).toMatchObject({ code: 'rate_limited', operation: 'embed' });
    expect(provider.seen).toHaveLength(2);
  });

  it('has twenty completions a minute where nobody says more', async () => {
    const { bridge } = setUp();
    const ai = hardenAIProvider(new Provider(), { bridge });
    for (let call = 0; call < 20; call += 1) await ai.complete();
    expect(await rejection(ai.complete())).toMatchObject({ code: 'rate_limited', limit: 20 });
  });

  it('takes key and cost of each call from functions of it', async () => {
    const { bridge, observer } = setUp({ rateLimiting: { defaults: { embed: { capacity: 3, windowSeconds: 60 } } } });
    const ai = hardenAIProvider(new Provider(), {
      bridge,
      rateLimitKey: ({ method, args }) => `${method}:${String((args[0] as string[])[0])}`,
      cost: ({ args }) => (args[0] as string[]).length,
    });
    await ai.embed(['a', 'b', 'c']);
    await ai.embed(['x']);
    expect(await rejection(ai.embed(['a']))).toMatchObject({ code: 'rate_limited', key: 'embed:a' });
    expect(observer.ofType('call.started').map(({ call }) => call.key)).toEqual(['embed:a', 'embed:x', 'embed:a']);
  });

  it('rejects with what such a function throws, and asks nobody', async () => {
    const { bridge } = setUp();
    const provider = new Provider();
    const error = new Error('no user');
    const ai = hardenAIProvider(provider, {
      bridge,
      rateLimitKey: () => {
        throw error;
      },
    });
    expect(await rejection(ai.complete())).toBe(error);
    expect(provider.seen).toEqual([]);
  });

  it('makes a synchronous method return a promise, in its type too', async () => {
    const { bridge } = setUp();
    const ai = hardenAIProvider(new Provider(), { bridge });
    expectTypeOf(ai.embed).toEqualTypeOf<(texts: readonly string[]) => Promise<number[][]>>();
    expectTypeOf(ai.complete).returns.toEqualTypeOf<Promise<string>>();
    expect(await ai.embed(['four'])).toEqual([[4]]);
    const asynchronous = { complete: async () => 1, hidden: true };
    expectTypeOf(hardenAIProvider(asynchronous, { bridge })).toEqualTypeOf<typeof asynchronous>();
  });

  it('catches what a synchronous method throws', async () => {
    const { bridge, clock } = setUp();
    let calls = 0;
    const ai = hardenAIProvider(
      {
        embed(): number {
          calls += 1;
          if (calls === 1) throw httpError(503);
          return calls;
        },
      },
      { bridge },
    );
    expect(await clock.run(ai.embed())).toBe(2);
  });
});

describe('the retries of a hardened AI provider', () => {
  async function attempts(config: RuntimeConfigInput, options: object, error = httpError(503)): Promise<number> {
    const { bridge, clock } = setUp(config);
    const fn = failing(
      Array.from({ length: 20 }, () => error),
      'text',
    );
    const ai = hardenAIProvider({ complete: fn }, { bridge, ...options });
    await rejection(clock.run(ai.complete()));
    return fn.calls;
  }

  const own: RuntimeConfigInput = { operations: { ai_generate: { retry: { ...plainRetry, maxAttempts: 2 } } } };

  it('go by `expensive` where neither config nor code says more', async () => {
    expect(await attempts({}, {})).toBe(5);
  });

  it('go by the operation where the config gives it a policy', async () => {
    expect(await attempts(own, {})).toBe(2);
  });

  it('go by the option before the config, and never by both', async () => {
    expect(await attempts(own, { retryPolicy: 'conservative' })).toBe(3);
    expect(await attempts(own, { retryPolicy: new RetryPolicy({ maxAttempts: 4 }) })).toBe(4);
    expect(await attempts(own, { retryPolicy: { maxAttempts: 6, jitter: 'full' } })).toBe(6);
  });

  it('are none when the option is false, or the config switches all off', async () => {
    expect(await attempts(own, { retryPolicy: false })).toBe(1);
    expect(await attempts({ retry: { enabled: false } }, { retryPolicy: 'expensive' })).toBe(1);
  });

  it('are none where the config says so of the operation, rather than nothing', async () => {
    expect(await attempts({ operations: { ai_generate: { retry: false } } }, {})).toBe(1);
    expect(await attempts({ operations: { ai_generate: { timeout: { totalMs: 1e6 } } } }, {})).toBe(5);
    expect(await attempts({ operations: { ai_generate: { retry: false } } }, { retryPolicy: 'conservative' })).toBe(3);
  });

  it.each([
    ['a status in the text', new Error('order 5001 not found: 503, timeout'), 1],
    ['a status that says no', httpError(400), 1],
    ['money', Object.assign(httpError(429), { code: 'insufficient_quota' }), 1],
    ['a connection that was reset', Object.assign(new Error('read'), { code: 'ECONNRESET' }), 5],
    ['a cause', new Error('provider failed', { cause: httpError(529) }), 5],
  ])('go by structure: %s', async (_what, error, expected) => {
    expect(await attempts({}, {}, error)).toBe(expected);
  });

  it('wait as long as the provider asks', async () => {
    const { bridge, clock, observer } = setUp();
    const complete = failing([httpError(429, { 'retry-after': '7' })], 'text');
    await clock.run(hardenAIProvider({ complete }, { bridge }).complete());
    expect(observer.story).toContain('retry retried in 7000 (retry_after)');
  });

  it('give the provider a signal that ends with the attempt', async () => {
    const { bridge, clock } = setUp({ operations: { ai_generate: { timeout: { attemptMs: 50 }, retry: plainRetry } } });
    const provider = new Provider(failing([], 'text'));
    let hung = true;
    const signals: AbortSignal[] = [];
    const ai = hardenAIProvider(
      {
        complete(_prompt: string, options: { signal: AbortSignal }): Promise<string> {
          signals.push(options.signal);
          if (!hung) return provider.complete();
          hung = false;
          return new Promise(() => {});
        },
      },
      { bridge },
    );
    const { signal } = new AbortController();
    expect(await clock.run(ai.complete('hi', { signal }))).toBe('text');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });
});

describe('the health check of a hardened AI provider', () => {
  it('is registered once, for every key that the provider is hardened for', () => {
    const { bridge } = setUp();
    const provider = new Provider();
    for (const rateLimitKey of ['user:1', 'user:2']) hardenAIProvider(provider, { bridge, rateLimitKey });
    hardenAIProvider(hardenAIProvider(provider, { bridge }), { bridge, rateLimitKey: 'user:3' });
    expect(bridge.health.names()).toEqual(['ai_provider_Provider']);
  });

  it('has the name that the config expects, else the one it is given', () => {
    const { bridge } = setUp({ healthChecks: { providers: { ai_provider: { intervalMs: 60_000 } } } });
    const [first, second, third] = [new Provider(), new Provider(), new Provider()];
    hardenAIProvider(hardenAIProvider(first, { bridge }), { bridge });
    hardenAIProvider(first, { bridge, rateLimitKey: 'user:1' });
    expect(bridge.health.names()).toEqual(['ai_provider']);
    hardenAIProvider(second, { bridge });
    hardenAIProvider(third, { bridge, name: 'fallback_model' });
    expect(bridge.health.names()).toEqual(['ai_provider', 'ai_provider_Provider', 'fallback_model']);
    expect(bridge.health.missing()).toEqual([]);
  });

  it('takes nothing from limits, and no billed request, to look at the provider itself', async () => {
    const { bridge, observer } = setUp({ rateLimiting: { defaults: { embed: { capacity: 1, windowSeconds: 60 } } } });
    const asked: string[] = [];
    const provider = {
      ping: () => asked.push('ping'),
      embed: () => asked.push('embed'),
    };
    hardenAIProvider(provider, { bridge, name: 'p', healthCheck: { required: true } });
    expect(await bridge.health.run('p')).toMatchObject({ status: 'healthy' });
    expect(asked).toEqual(['ping']);
    expect(observer.ofType('call.started')).toEqual([]);
    expect((await bridge.health.runAll()).checks.p).toMatchObject({ status: 'healthy' });
  });

  it('may embed a word where that is allowed', async () => {
    const { bridge } = setUp();
    hardenAIProvider({ embed: async () => [[1, 2]] }, { bridge, name: 'p', healthCheck: { billedEmbed: true } });
    expect(await bridge.health.run('p')).toMatchObject({ status: 'healthy', details: { embeddingDim: 2 } });
  });

  it('is that of the calls while there are any', async () => {
    const clock = new VirtualClock();
    const bridge = createBridge({ healthChecks: { failureThreshold: 1 } }, { clock, random: () => 0.5 });
    const complete = failing(
      Array.from({ length: 20 }, () => httpError(400)),
      'text',
    );
    const ai = hardenAIProvider({ complete }, { bridge, name: 'p', retryPolicy: false });
    const statuses = (): (string | undefined)[] =>
      bridge.health.snapshot().map(({ status, source }) => `${status} by ${source}`);
    for (let call = 0; call < 10; call += 1) await rejection(ai.complete());
    await clock.advance(30_000);
    // A refusal of the request shows that the provider answers.
    expect(statuses()).toEqual(['healthy by calls']);
    bridge.close();
  });

  it('is left out when it is not wanted', () => {
    const { bridge } = setUp();
    hardenAIProvider(new Provider(), { bridge, healthCheck: false });
    expect(bridge.health.names()).toEqual([]);
  });

  it('replaces none of that name', async () => {
    const { bridge } = setUp();
    bridge.health.register('mine', () => ({ status: 'degraded', message: 'as I say' }));
    hardenAIProvider(new Provider(), { bridge, name: 'mine' });
    expect(bridge.health.names()).toEqual(['mine']);
    expect(await bridge.health.run('mine')).toMatchObject({ message: 'as I say' });
  });
});

describe('the bridge of a hardened AI provider', () => {
  afterEach(() => setDefaultBridge(undefined));

  it('is the default one when none is given, whichever that is at the call', async () => {
    const [first, second] = [setUp(), setUp()];
    setDefaultBridge(first.bridge);
    const ai = hardenAIProvider(new Provider());
    await ai.complete();
    setDefaultBridge(second.bridge);
    await ai.complete();
    expect([first, second].map(({ observer }) => observer.ofType('call.started').length)).toEqual([1, 1]);
    expect([first, second].map(({ bridge }) => bridge.health.names())).toEqual([
      ['ai_provider_Provider'],
      ['ai_provider_Provider'],
    ]);
  });
});

describe('hardenAIProvider says what is wrong', () => {
  const { bridge } = setUp();
  const provider = new Provider();
  it.each<[unknown, unknown, string]>([
    [null, {}, 'The first argument of hardenAIProvider must be an object with the method complete or embed, got null'],
    [
      {},
      {},
      'The first argument of hardenAIProvider must be an object with the method complete or embed, got one without',
    ],
    [provider, null, 'The options of hardenAIProvider must be an object, got null'],
    [
      provider,
      { bridge, rateLimitkey: 'a' },
      'hardenAIProvider has no option "rateLimitkey"; did you mean "rateLimitKey"?',
    ],
    [provider, { bridge: {} }, 'bridge of hardenAIProvider must be a bridge (see createBridge), got an object'],
    [
      provider,
      { bridge, rateLimitKey: '' },
      'rateLimitKey of hardenAIProvider must be a key such as "user:123", its parts, or a function of the call, got ""',
    ],
    [provider, { bridge, retryPolicy: 'expensiv' }, 'No retry policy is called "expensiv"; did you mean "expensive"?'],
    [
      provider,
      { bridge, retryPolicy: true },
      'retryPolicy of hardenAIProvider must be the name of a retry policy, a policy, or false, got true',
    ],
    [provider, { bridge, retryPolicy: { maxAttempts: 0 } }, 'maxAttempts must be a whole number of at least 1, got 0'],
    [
      provider,
      { bridge, operations: { complet: 'a' } },
      'operations of hardenAIProvider has no option "complet"; did you mean "complete"?',
    ],
    [
      provider,
      { bridge, operations: { embed: '' } },
      'operations.embed of hardenAIProvider must be the name of an operation, got ""',
    ],
    [
      provider,
      { bridge, healthCheck: 5 },
      'healthCheck of hardenAIProvider must be true, false or options of the check, got 5',
    ],
    [
      provider,
      { bridge, healthCheck: { interval: 5 } },
      'healthCheck of hardenAIProvider has no option "interval"; did you mean "intervalMs"?',
    ],
  ])('%o, %o', (given, options, message) => {
    let thrown: unknown;
    try {
      hardenAIProvider(given as object, options as never);
    } catch (error) {
      thrown = error;
    }
    expect(isCrossbridgeError(thrown) && thrown.code).toBe('invalid_argument');
    expect((thrown as Error).message).toBe(message);
  });
});
