import { createBridge, InvalidArgumentError } from '@crossbridge/core';
import { resolveRuntimeConfig } from '@crossbridge/core/config';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { setDefaultBridge } from '../../../packages/core/src/default-bridge/default-bridge.ts';
import { getRetryPolicyByName, retryable, retryWithBackoff } from '../../../packages/core/src/default-bridge/retry.ts';
import { RetryPolicy } from '../../../packages/core/src/retry/policy.ts';
import { RetryStats } from '../../../packages/core/src/retry/stats.ts';
import { failing, httpError, plainRetry, rejection } from '../../support/bridges.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function setUp(): VirtualClock {
  const clock = new VirtualClock();
  const config = { retry: { policies: { mine: plainRetry } } };
  setDefaultBridge(createBridge(config, { clock, random: () => 0.5 }));
  return clock;
}

afterEach(() => setDefaultBridge(undefined));

describe('retryWithBackoff', () => {
  it('resolves the name of a policy through the config of the default bridge', async () => {
    const clock = setUp();
    const fn = failing([httpError(503), httpError(503)], 'answer');
    const startedAtMs = clock.now();
    expect(await clock.run(retryWithBackoff(fn, 'mine'))).toBe('answer');
    expect(clock.now() - startedAtMs).toBe(300);
  });

  it('takes a policy and options', async () => {
    const clock = setUp();
    const stats = new RetryStats();
    const told: number[] = [];
    const onRetry = (attempt: number) => told.push(attempt);
    await clock.run(retryWithBackoff(failing([httpError(503)], 1), new RetryPolicy(plainRetry), { onRetry, stats }));
    expect([told, stats.totalAttempts]).toEqual([[1], 2]);
  });

  it('takes the default policy when it is given none', async () => {
    const clock = setUp();
    const fn = failing(
      [1, 2, 3, 4].map(() => httpError(503)),
      1,
    );
    await rejection(clock.run(retryWithBackoff(fn)));
    expect(fn.calls).toBe(3);
  });

  it('rejects, and does not throw, what cannot work', async () => {
    setUp();
    expect(await rejection(retryWithBackoff(() => 1, 'nobody'))).toBeInstanceOf(InvalidArgumentError);
  });
});

describe('retryable', () => {
  it('wraps a function: same name, length, this and arguments', async () => {
    const clock = setUp();
    const failures = [httpError(503)];
    async function add(this: { base: number }, a: number, b: number): Promise<number> {
      const failure = failures.pop();
      if (failure !== undefined) throw failure;
      return this.base + a + b;
    }
    const wrapped = retryable('mine')(add);
    expectTypeOf(wrapped).toEqualTypeOf(add);
    expect([wrapped.name, wrapped.length]).toEqual(['add', 2]);
    expect(await clock.run(wrapped.call({ base: 1 }, 2, 3))).toBe(6);
    expect(failures).toEqual([]);
  });

  it('makes a synchronous function return a promise', async () => {
    const clock = setUp();
    let calls = 0;
    const wrapped = retryable('mine')((text: string) => {
      calls += 1;
      if (calls === 1) throw httpError(503);
      return text.length;
    });
    expectTypeOf(wrapped('x')).toEqualTypeOf<Promise<number>>();
    expect(await clock.run(wrapped('four'))).toBe(4);
  });

  it('decorates a method, of each instance for itself', async () => {
    const clock = setUp();
    class Service {
      readonly #failures: Error[];
      constructor(failures: number) {
        this.#failures = Array.from({ length: failures }, () => httpError(503));
      }
      async fetch(id: number): Promise<string> {
        const failure = this.#failures.pop();
        if (failure !== undefined) throw failure;
        return `item ${id}`;
      }
    }
    // What `@retryable('mine')` before the method compiles to.
    const context = { kind: 'method', name: 'fetch', static: false, private: false } as ClassMethodDecoratorContext;
    Service.prototype.fetch = retryable('mine')(Service.prototype.fetch, context);
    expect(Service.prototype.fetch.name).toBe('fetch');
    const [weak, weaker] = [new Service(2), new Service(3)];
    expect(await clock.run(weak.fetch(7))).toBe('item 7');
    expect(await rejection(clock.run(weaker.fetch(7)))).toMatchObject({ status: 503 });
  });

  it('tells onRetry and fills the statistics', async () => {
    const clock = setUp();
    const stats = new RetryStats();
    const told: number[] = [];
    const wrapped = retryable('mine', { stats, onRetry: (attempt) => told.push(attempt) })(
      failing([httpError(503)], 1),
    );
    await clock.run(wrapped());
    expect([told, stats.successfulAttempt]).toEqual([[1], 2]);
  });

  it('says how it is meant when the parentheses are missing', () => {
    const wrap = () => retryable((async () => 1) as never);
    expect(wrap).toThrow(InvalidArgumentError);
    expect(wrap).toThrow('write retryable()(fn) or @retryable()');
  });

  it.each(['field', 'class', 'getter', 'accessor'])('refuses to decorate a %s', (kind) => {
    const decorate = () => retryable()(async () => 1, { kind } as never);
    expect(decorate).toThrow(`retryable wraps functions and methods, not a ${kind}`);
  });

  it('says what to do where the compiler calls it as decorators once were', () => {
    const service = { fetch: async () => 1 };
    const descriptor = Object.getOwnPropertyDescriptor(service, 'fetch');
    const decorate = () => (retryable() as unknown as (...args: unknown[]) => unknown)(service, 'fetch', descriptor);
    expect(decorate).toThrow('@retryable is a standard decorator: switch experimentalDecorators off in tsconfig.json');
  });

  it('refuses to wrap what is no function', () => {
    expect(() => retryable()('text' as never)).toThrow('retryable wraps functions and methods, not string');
  });

  it('looks up the policy when it is called, so that it may be used before there is a bridge', async () => {
    const wrapped = retryable('mine')(async () => 1);
    const clock = setUp();
    expect(await clock.run(wrapped())).toBe(1);
  });
});

describe('getRetryPolicyByName', () => {
  it.each([
    ['default', 3, 500, 5_000, 2],
    ['expensive', 5, 1_000, 10_000, 2],
    ['quick', 2, 100, 1_000, 2],
    ['conservative', 3, 2_000, 30_000, 3],
  ])('%s', (name, maxAttempts, baseDelayMs, maxDelayMs, exponentialBase) => {
    const policy = getRetryPolicyByName(name, resolveRuntimeConfig());
    expect(policy).toBeInstanceOf(RetryPolicy);
    expect(policy).toMatchObject({ maxAttempts, baseDelayMs, maxDelayMs, exponentialBase, jitter: 'original' });
  });

  it('looks into the config of the default bridge unless it is given one', () => {
    setUp();
    expect(getRetryPolicyByName('mine')).toMatchObject(plainRetry);
  });

  it.each([
    ['standard', 'No retry policy is called "standard"; known here: default, expensive, quick, conservative'],
    ['Expensiv', 'No retry policy is called "Expensiv"; did you mean "expensive"?'],
  ])('says that there is no %s, instead of taking another', (name, message) => {
    expect(() => getRetryPolicyByName(name, resolveRuntimeConfig())).toThrow(message);
  });
});
