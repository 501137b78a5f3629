import { AsyncLocalStorage } from 'node:async_hooks';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SharedTimers, type Wait } from '../../packages/core/src/shared-timers.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

interface Setup {
  readonly clock: VirtualClock;
  readonly timers: SharedTimers;
  /** Timers set so far. */
  readonly set: () => number;
  /** Timers that keep the process alive. */
  readonly alive: () => number;
  /** Begins a wait that notes when it ended. */
  readonly wait: (name: string, delayMs: number) => Wait;
  readonly ended: string[];
}

/** @param earlyMs how much too early timers fire */
function setup(earlyMs = 0): Setup {
  const clock = new VirtualClock();
  const ended: string[] = [];
  const referenced = new Set<object>();
  let set = 0;
  const startedMs = clock.now();
  const timers = new SharedTimers({
    now: () => clock.now(),
    setTimeout: (callback, delayMs) => {
      set += 1;
      const timer = { ref: () => referenced.add(timer), unref: () => referenced.delete(timer) };
      timer.ref();
      const fire = (): void => {
        timer.unref();
        callback();
      };
      // Time must pass with each of them, however early.
      clock.setTimeout(fire, Math.max(0.25, delayMs - earlyMs));
      return timer;
    },
  });
  return {
    clock,
    timers,
    ended,
    set: () => set,
    alive: () => referenced.size,
    wait: (name, delayMs) =>
      timers.set(() => ended.push(`${name} after ${clock.now() - startedMs}`), delayMs, clock.now()),
  };
}

describe('SharedTimers', () => {
  it('ends waits of one length in their order, each after its own time, with one timer at a time', async () => {
    const { clock, wait, ended, set } = setup();
    wait('a', 100);
    await clock.advance(30);
    wait('b', 100);
    wait('c', 100);
    expect(set()).toBe(1);
    await clock.advance(1_000);
    expect(ended).toEqual(['a after 100', 'b after 130', 'c after 130']);
    expect(set()).toBe(2);
  });

  it('keeps lengths apart', async () => {
    const { clock, wait, ended } = setup();
    wait('long', 200);
    wait('short', 50);
    await clock.advance(1_000);
    expect(ended).toEqual(['short after 50', 'long after 200']);
  });

  it.each([0.4, 1, 7])('is never early, though the timer is by %s ms', async (earlyMs) => {
    const { clock, wait, ended } = setup(earlyMs);
    wait('a', 100);
    await clock.advance(99.9);
    expect(ended).toEqual([]);
    await clock.advance(2);
    expect(ended).toHaveLength(1);
    expect(Number(ended[0]?.split(' ').at(-1))).toBeGreaterThanOrEqual(100);
  });

  it('never calls back a wait that was cancelled, wherever it stood, however often', async () => {
    const { clock, wait, ended } = setup();
    const [first, middle, last] = ['first', 'middle', 'last'].map((name) => wait(name, 100)) as [Wait, Wait, Wait];
    wait('kept', 100);
    for (const cancelled of [middle, first, first]) cancelled.cancel();
    await clock.advance(50);
    last.cancel();
    await clock.advance(100);
    last.cancel();
    expect(ended).toEqual(['kept after 100']);
  });

  it('keeps the process alive as long as somebody waits, and no longer', async () => {
    const { clock, wait, alive } = setup();
    const first = wait('a', 100);
    const second = wait('b', 100);
    first.cancel();
    expect(alive()).toBe(1);
    second.cancel();
    expect(alive()).toBe(0);
    wait('c', 100);
    expect(alive()).toBe(1);
    await clock.advance(1_000);
    expect(alive()).toBe(0);
  });

  it('lets no wait suffer from another one that throws', async () => {
    const { clock, timers, wait, ended } = setup();
    const failure = new Error('thrown by a callback');
    const fail = (): void => {
      throw failure;
    };
    timers.set(fail, 100, clock.now());
    wait('a', 100);
    await expect(clock.advance(500)).rejects.toBe(failure);
    await clock.advance(500);
    expect(ended).toEqual(['a after 101']);
    expect(timers.size).toBe(0);
  });

  it('lets a callback begin and cancel others', async () => {
    const { clock, timers, wait, ended, alive } = setup();
    const follow = (): void => {
      other.cancel();
      wait('again', 100);
    };
    timers.set(follow, 100, clock.now());
    const other = wait('other', 100);
    await clock.advance(1_000);
    expect(ended).toEqual(['again after 200']);
    expect([timers.size, alive(), clock.pending]).toEqual([0, 0, 0]);
  });

  it('keeps the order where a later comer has looked at the clock earlier', async () => {
    const { clock, timers, ended } = setup();
    timers.set(() => ended.push('first'), 100, clock.now());
    timers.set(() => ended.push('second'), 100, clock.now() - 40);
    await clock.advance(99);
    expect(ended).toEqual([]);
    await clock.advance(1);
    expect(ended).toEqual(['first', 'second']);
  });

  it('forgets lengths that nobody uses any more, however many there were', async () => {
    const { clock, timers, wait } = setup();
    for (let length = 1; length <= 500; length += 1) wait('x', length).cancel();
    await clock.advance(500);
    expect([timers.size, clock.pending]).toEqual([0, 0]);
  });

  it('calls back in the context of nobody, so that no call lives on in its timer', async () => {
    const storage = new AsyncLocalStorage<string>();
    const timers = new SharedTimers({ now: () => performance.now(), setTimeout: (fire, ms) => setTimeout(fire, ms) });
    const seen = await storage.run(
      'a call',
      () => new Promise((resolve) => timers.set(() => resolve(storage.getStore()), 1, performance.now())),
    );
    expect(seen).toBeUndefined();
  });

  it('ends every wait once, in time and unless cancelled, whatever happens in whatever order', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('wait' as const), lengthMs: fc.constantFrom(10, 25, 100) }),
      fc.record({ do: fc.constant('cancel' as const), which: fc.nat(50) }),
      fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 60 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.constantFrom(0, 0.5, 3), async (steps, earlyMs) => {
        const { clock, timers, alive } = setup(earlyMs);
        const waits: { wait: Wait; dueMs: number; endedMs: number[]; cancelled: boolean }[] = [];
        for (const next of steps) {
          if (next.do === 'pass') await clock.advance(next.ms);
          else if (next.do === 'cancel') {
            const chosen = waits[next.which];
            if (chosen !== undefined && chosen.endedMs.length === 0) chosen.cancelled = true;
            chosen?.wait.cancel();
          } else {
            const endedMs: number[] = [];
            const wait = timers.set(() => endedMs.push(clock.now()), next.lengthMs, clock.now());
            waits.push({ wait, dueMs: clock.now() + next.lengthMs, endedMs, cancelled: false });
          }
          const pending = waits.filter(({ cancelled, endedMs }) => !cancelled && endedMs.length === 0);
          expect(alive() > 0).toBe(pending.length > 0);
        }
        await clock.advance(1_000);
        for (const { dueMs, endedMs, cancelled } of waits) {
          expect(endedMs).toHaveLength(cancelled ? 0 : 1);
          if (cancelled) continue;
          expect(endedMs[0]).toBeGreaterThanOrEqual(dueMs);
          expect(endedMs[0]).toBeLessThan(dueMs + 1 + earlyMs);
        }
        expect([timers.size, alive(), clock.pending]).toEqual([0, 0, 0]);
      }),
    );
  });
});
