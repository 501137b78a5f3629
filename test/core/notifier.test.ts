import { createBridge, type Observer, type Scope } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { failing, httpError, plainRetry, rejection } from '../support/bridges.ts';
import { RecordingObserver } from '../support/recording-observer.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const operations = { op: { retry: plainRetry } };

/** Observers that do everything wrong that an observer can do. */
const hostile: [string, Observer][] = [
  [
    'throws on every event',
    {
      on: () => {
        throw new Error('observer');
      },
    },
  ],
  [
    'throws before it runs the call',
    {
      around: () => {
        throw new Error('observer');
      },
    },
  ],
  [
    'throws after it ran the call',
    {
      around: (_scope, next) => {
        void next();
        throw new Error('observer');
      },
    },
  ],
  ['is asynchronous, and rejects', { on: (async () => Promise.reject(new Error('observer'))) as () => void }],
  [
    'has a getter that throws',
    {
      get around(): never {
        throw new Error('observer');
      },
    },
  ],
  ['runs the call twice', { around: async (_scope, next) => [await next(), await next()][1] as never }],
  ['never runs the call', { around: () => new Promise(() => {}) }],
  ['answers something else', { around: async () => 'mine' as never }],
  [
    'rejects after it ran the call',
    {
      around: async (_scope, next) => {
        await next();
        throw new Error('observer');
      },
    },
  ],
];

describe.each(hostile)('an observer that %s', (_, observer) => {
  it('changes nothing for the call, and its failure is told once at most', async () => {
    const clock = new VirtualClock();
    const told: unknown[] = [];
    const others = [new RecordingObserver(), new RecordingObserver()] as const;
    const bridge = createBridge(
      { operations },
      { clock, observers: [others[0], observer, others[1]], onObserverError: (error) => told.push(error) },
    );
    const fn = failing([httpError(503)], 'answer');
    expect(await clock.run(bridge.run('op', fn))).toBe('answer');
    expect(fn.calls).toBe(2);
    const error = new Error('mine');
    expect(await rejection(clock.run(bridge.run('op', failing([error], 1))))).toBe(error);
    expect(told.length).toBeLessThanOrEqual(1);
    for (const other of others) expect(other.story.filter((line) => line === 'call')).toHaveLength(2);
  });
});

describe('observers', () => {
  it('are entered in the order in which they were added, for the call and for each attempt', async () => {
    const entered: string[] = [];
    const observer = (name: string): Observer => ({
      around: (scope: Scope, next) => {
        entered.push(`${name} ${scope.kind}`);
        return next();
      },
    });
    const bridge = createBridge({ operations }, { observers: [observer('outer'), observer('inner')] });
    await bridge.run('op', async () => 1);
    expect(entered).toEqual(['outer call', 'inner call', 'outer attempt', 'inner attempt']);
  });

  it('hear nothing any more once they are removed', async () => {
    const bridge = createBridge({ operations });
    const observer = new RecordingObserver();
    const remove = bridge.observe(observer);
    await bridge.run('op', async () => 1);
    const heard = observer.events.length;
    remove();
    await bridge.run('op', async () => 1);
    expect(observer.events).toHaveLength(heard);
  });

  it('that fail are reported as a process warning when nobody else wants to know', async () => {
    const warnings: string[] = [];
    const emitWarning = process.emitWarning;
    process.emitWarning = ((message: string) => warnings.push(message)) as typeof process.emitWarning;
    try {
      const bridge = createBridge({ operations }, { observers: [hostile[0]?.[1] ?? {}] });
      await bridge.run('op', async () => 1);
    } finally {
      process.emitWarning = emitWarning;
    }
    expect(warnings).toEqual([expect.stringContaining('observer')]);
  });

  it('must be objects', () => {
    for (const wrong of [null, undefined, 'observer']) {
      expect(() => createBridge().observe(wrong as never)).toThrow(/An observer must be an object/);
    }
  });
});

describe('an observer that waits for something', () => {
  it('is told nothing until a call begins after that has come', async () => {
    const observer = new RecordingObserver();
    let here = false;
    const bridge = createBridge({}, { observers: [Object.assign(observer, { wants: () => here })] });
    await bridge.run('op', async () => 1);
    expect([observer.story, observer.scopes]).toEqual([[], []]);
    here = true;
    await bridge.run('op', async () => 1);
    expect(observer.story).toEqual(['call', 'attempt 1', 'attempt 1 success', 'end success']);
    here = false;
    await bridge.run('op', async () => 1);
    expect(observer.story).toHaveLength(4);
  });

  it('keeps nothing from those that wait for nothing', async () => {
    const observer = new RecordingObserver();
    const bridge = createBridge({}, { observers: [{ on: () => {}, wants: () => false }, observer] });
    await bridge.run('op', async () => 1);
    expect(observer.story).toHaveLength(4);
  });

  it('gets everything when it cannot say', async () => {
    const observer = Object.assign(new RecordingObserver(), {
      wants: () => {
        throw new Error('observer');
      },
    });
    await createBridge({}, { observers: [observer] }).run('op', async () => 1);
    expect(observer.story).toHaveLength(4);
  });
});
