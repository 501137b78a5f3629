import { createBridge, InvalidArgumentError, type RunOptions } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { failing, httpError, plainRetry, rejection, testBridge } from '../../support/bridges.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const failures = (count: number): Error[] => Array.from({ length: count }, () => httpError(503));

describe('a call with a retry policy of its own', () => {
  it('is retried where its operation has none', async () => {
    const { bridge, clock, observer } = testBridge({});
    const fn = failing(failures(2), 'answer');
    expect(await clock.run(bridge.run('op', fn, { retry: plainRetry }))).toBe('answer');
    expect(observer.story).toContain('retry retried in 200 (backoff)');
  });

  it('is retried by it instead of, and not on top of, the policy of its operation', async () => {
    const { bridge, clock, observer } = testBridge({ retry: { ...plainRetry, maxAttempts: 4 } });
    const fn = failing(failures(10), 1);
    await rejection(clock.run(bridge.run('op', fn, { retry: { ...plainRetry, maxAttempts: 2, baseDelayMs: 7 } })));
    expect(fn.calls).toBe(2);
    expect(observer.story).toContain('retry retried in 7 (backoff)');
  });

  it('finds it in the config by its name, as the config is when the call begins', async () => {
    const clock = new VirtualClock();
    const bridge = createBridge({ retry: { policies: { mine: { ...plainRetry, maxAttempts: 4 } } } }, { clock });
    const before = failing(failures(10), 1);
    await rejection(clock.run(bridge.run('op', before, { retry: 'mine' })));
    bridge.apply({ retry: { policies: { mine: { ...plainRetry, maxAttempts: 2 } } } });
    const after = failing(failures(10), 1);
    await rejection(clock.run(bridge.run('op', after, { retry: 'mine' })));
    expect([before.calls, after.calls]).toEqual([4, 2]);
  });

  it('makes a single attempt when it wants none, and nothing is decided', async () => {
    const { bridge, clock, observer } = testBridge({ retry: plainRetry });
    const fn = failing(failures(1), 1);
    await rejection(clock.run(bridge.run('op', fn, { retry: false })));
    expect(fn.calls).toBe(1);
    expect(observer.ofType('retry.decided')).toEqual([]);
  });

  it('goes by the errors that the policy names', async () => {
    class Odd extends Error {}
    const { bridge, clock } = testBridge({ retry: plainRetry });
    const odd = failing([new Odd()], 1);
    await clock.run(bridge.run('op', odd, { retry: { ...plainRetry, retryableErrors: [Odd] } }));
    const usual = failing(failures(1), 1);
    await rejection(clock.run(bridge.run('op', usual, { retry: { ...plainRetry, retryableErrors: [Odd] } })));
    expect([odd.calls, usual.calls]).toEqual([2, 1]);
  });

  it('makes a single attempt while the config switches retries off', async () => {
    const clock = new VirtualClock();
    const bridge = createBridge({ retry: { enabled: false } }, { clock });
    const fn = failing(failures(1), 1);
    await rejection(clock.run(bridge.run('op', fn, { retry: 'expensive' })));
    expect(fn.calls).toBe(1);
  });

  it('is only watched where the retries of its operation are', async () => {
    const { bridge, clock, observer } = testBridge({ retry: { ...plainRetry, mode: 'shadow' } });
    const fn = failing(failures(1), 1);
    await rejection(clock.run(bridge.run('op', fn, { retry: plainRetry })));
    expect(fn.calls).toBe(1);
    expect(observer.ofType('retry.decided').map(({ decision, mode }) => [decision, mode])).toEqual([
      ['retried', 'shadow'],
    ]);
  });

  it('makes no more attempts than the caller allows', async () => {
    const { bridge, clock } = testBridge({});
    const fn = failing(failures(5), 1);
    await rejection(clock.run(bridge.run('op', fn, { retry: plainRetry, maxAttempts: 2 })));
    expect(fn.calls).toBe(2);
  });

  it('bounds hedges by its attempts', async () => {
    const { bridge, clock, observer } = testBridge({ hedge: { delayMs: 100, maxHedges: 3 } });
    const hung = (): Promise<never> => new Promise(() => {});
    const call = bridge.run('op', hung, { deadlineMs: 1000, retry: { ...plainRetry, maxAttempts: 2 } });
    await rejection(clock.run(call));
    expect(observer.ofType('attempt.started')).toHaveLength(2);
  });
});

describe('the budget of retries that only callers ask for', () => {
  function busy(budget: { ratio: number; minRetriesPerSecond: number } | false) {
    const clock = new VirtualClock();
    const observer = new RecordingObserver();
    const bridge = createBridge({ retry: { budget } }, { clock, observers: [observer] });
    const retry = { ...plainRetry, baseDelayMs: 0, maxAttempts: 2 };
    const fail = (): Promise<unknown> => rejection(clock.run(bridge.run('op', failing(failures(2), 1), { retry })));
    return {
      fail,
      count: () => observer.ofType('retry.decided').filter(({ decision }) => decision === 'retried').length,
    };
  }

  it('is the one that the config gives to every operation', async () => {
    const { fail, count } = busy({ ratio: 0.5, minRetriesPerSecond: 0 });
    for (let call = 0; call < 6; call += 1) await fail();
    expect(count()).toBe(3);
  });

  it('is none where the config gives none', async () => {
    const { fail, count } = busy(false);
    for (let call = 0; call < 6; call += 1) await fail();
    expect(count()).toBe(6);
  });

  it('is none where the operation retries without one', async () => {
    const clock = new VirtualClock();
    const op = { retry: plainRetry, retryBudget: false } as const;
    const config = { retry: { budget: { ratio: 0, minRetriesPerSecond: 0 } }, operations: { op } };
    const fn = failing(failures(1), 1);
    await clock.run(createBridge(config, { clock }).run('op', fn, { retry: plainRetry }));
    expect(fn.calls).toBe(2);
  });

  it('is that of the operation where it retries itself', async () => {
    const { bridge, clock, observer } = testBridge({
      retry: plainRetry,
      retryBudget: { ratio: 0, minRetriesPerSecond: 0 },
    });
    await rejection(clock.run(bridge.run('op', failing(failures(1), 1), { retry: plainRetry })));
    expect(observer.story).toContain('retry budget_empty');
  });
});

describe('a retry policy that cannot work', () => {
  it.each<[unknown, RegExp]>([
    [true, /^retry of 'op' must be the name of a retry policy, a policy, or false, got true$/],
    [null, /^retry of 'op' must be .* got null$/],
    ['expensiv', /^No retry policy is called "expensiv"; did you mean "expensive"\?$/],
    [{ maxAttempts: 0 }, /^maxAttempts must be a whole number of at least 1, got 0$/],
    [{ attempts: 3 }, /^A retry policy has no option "attempts"/],
  ])('%o is refused before anything runs, also while retries are off', async (retry, message) => {
    for (const enabled of [true, false]) {
      const fn = failing([], 1);
      const error = await rejection(
        createBridge({ retry: { enabled } }).run('op', fn, { retry } as RunOptions<number>),
      );
      expect(error).toBeInstanceOf(InvalidArgumentError);
      expect((error as Error).message).toMatch(message);
      expect(fn.calls).toBe(0);
    }
  });
});
