import { createBridge } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { failing, httpError } from '../../support/bridges.ts';
import { everything, PlainObserver, plainBridge } from '../../support/plain-observer.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';

describe('a call that goes through at once', () => {
  it('is told by its end alone, with its durations and its limits, outside of any context', async () => {
    const { bridge, clock, observer, taking } = plainBridge(everything);
    await clock.run(bridge.run('op', taking(70)));
    expect(observer.calls).toEqual([{ operation: 'op', durationMs: 70, attemptMs: 70, rateLimits: ['op'] }]);
    expect([observer.story, observer.scopes]).toEqual([[], []]);
  });

  it('names all limits that admitted it, those of calls first', async () => {
    const { bridge, observer } = plainBridge({
      rateLimit: { capacity: 9, windowSeconds: 1, per: 'attempt' },
      rateLimits: [
        { name: 'users', capacity: 9, windowSeconds: 1, by: 'user' },
        { name: 'everybody', capacity: 9, windowSeconds: 1, by: 'global' },
      ],
    });
    await bridge.run('op', async () => 1, { key: 'user:1' });
    expect(observer.calls.map(({ rateLimits }) => rateLimits)).toEqual([['users', 'everybody', 'op']]);
    expect(observer.story).toEqual([]);
  });

  it('is plain while others wait for tokens, and where it would be hedged if it took longer', async () => {
    const { bridge, clock, observer, taking } = plainBridge({
      rateLimit: { capacity: 1, windowSeconds: 1, maxWaitMs: 5_000 },
      hedge: { delayMs: 100 },
    });
    await clock.run(bridge.run('op', taking(10), { key: 'a' }));
    const waiting = bridge.run('op', taking(10), { key: 'a' });
    await clock.run(bridge.run('op', taking(10), { key: 'b' }));
    expect(observer.calls).toHaveLength(2);
    await clock.run(waiting);
    expect(observer.calls).toHaveLength(2);
    expect(observer.story).toEqual(['call', 'limit admitted', 'attempt 1', 'attempt 1 success', 'end success']);
  });

  it('does not fail with an observer that does', async () => {
    const told: unknown[] = [];
    const boom = new Error('observer');
    const fails = {
      on: () => {},
      wants: () => 'plain' as const,
      plain: () => {
        throw boom;
      },
    };
    const rejects = {
      on: () => {},
      wants: () => 'plain' as const,
      plain: (async () => Promise.reject(boom)) as () => void,
    };
    const after = new PlainObserver();
    const bridge = createBridge(
      {},
      { observers: [fails, rejects, after], onObserverError: (error) => told.push(error) },
    );
    expect(await bridge.run('op', async () => 1)).toBe(1);
    expect(await bridge.run('op', async () => 2)).toBe(2);
    expect([told, after.calls.length]).toEqual([[boom, boom], 2]);
  });

  it('is told event by event as soon as one observer wants that, or cannot be told otherwise', async () => {
    for (const other of [new RecordingObserver(), { on: () => {}, wants: () => 'plain' as const }]) {
      const { bridge, observer } = plainBridge({}, [other]);
      await bridge.run('op', async () => 1);
      expect(observer.story).toEqual(['call', 'attempt 1', 'attempt 1 success', 'end success']);
      expect([observer.calls, observer.scopes.length]).toEqual([[], 2]);
    }
  });

  it('runs in the context of an observer that wants that, and so do its attempts once it is told', async () => {
    const { bridge, clock, observer, taking } = plainBridge(everything);
    observer.wants = () => 'scoped';
    await clock.run(bridge.run('op', taking(70)));
    expect([observer.calls.length, observer.story, observer.scopes.map(({ kind }) => kind)]).toEqual([1, [], ['call']]);
    await clock.run(bridge.run('op', failing([httpError(503)], 1)));
    expect(observer.story.slice(0, 4)).toEqual(['call', 'limit admitted', 'attempt 1', 'attempt 1 error 503']);
    expect(observer.scopes.slice(1)).toEqual([
      expect.objectContaining({ kind: 'call' }),
      expect.objectContaining({ kind: 'attempt', attempt: 2, attemptKind: 'retry' }),
    ]);
  });

  it('runs in the contexts of all when one of several wants that', async () => {
    for (const order of [0, 1]) {
      const other = new PlainObserver();
      const { bridge, observer } = plainBridge({}, [other]);
      ([observer, other][order] as PlainObserver).wants = () => 'scoped';
      await bridge.run('op', async () => 1);
      expect([observer, other].map(({ calls, scopes }) => [calls.length, scopes.length])).toEqual([
        [1, 1],
        [1, 1],
      ]);
    }
  });

  it('stays what it was when it began, whoever comes meanwhile', async () => {
    const { bridge, clock, observer, taking } = plainBridge({});
    const call = bridge.run('op', taking(50));
    const late = new RecordingObserver();
    const remove = bridge.observe(late);
    const told = bridge.run('op', taking(100));
    await clock.run(call);
    remove();
    await clock.run(told);
    expect(observer.calls.map(({ durationMs }) => durationMs)).toEqual([50]);
    expect(late.story).toEqual(['call', 'attempt 1']);
    expect(observer.story).toEqual(['call', 'attempt 1', 'attempt 1 success', 'end success']);
  });
});
