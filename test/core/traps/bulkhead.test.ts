import { AsyncLocalStorage } from 'node:async_hooks';
import { bulkhead } from 'cockatiel';
import { describe, expect, it, vi } from 'vitest';
import { never, rejection, testBridge } from '../../support/bridges.ts';
import { settle } from '../../support/virtual-clock.ts';
import { fakeTheTime, hasSettled, sleep } from './fake-time.ts';

fakeTheTime();

type Run = (fn: () => Promise<string>) => Promise<string>;

/** One call runs, one waits; others arrive in every turn around the moment in which the first one ends. */
async function raceForSlot(run: Run): Promise<{ waiting: unknown; order: string[] }> {
  const order: string[] = [];
  let release = (): void => {};
  const running = new Promise<string>((resolve) => {
    release = () => resolve('first');
  });
  const first = run(() => running);
  const waiting = run(async () => {
    order.push('waiting');
    return 'answer';
  }).catch((error: unknown) => error);
  const late: Promise<unknown>[] = [];
  const arrive = (): void => {
    for (let caller = 0; caller < 2; caller += 1) {
      const call = run(async () => {
        order.push('late');
        return never();
      });
      late.push(call.catch(() => undefined));
    }
  };
  let turn = running.then(arrive);
  for (let turns = 0; turns < 20; turns += 1) turn = turn.then(arrive);
  await settle();
  release();
  await first;
  await turn;
  await settle();
  return { waiting: await Promise.race([waiting, settle().then(() => 'still waiting')]), order };
}

describe('trap 5: a late caller that takes the slot of a queued one', () => {
  it('cockatiel refuses the call that waited, because others came later', async () => {
    const policy = bulkhead(1, 1);
    const { waiting, order } = await raceForSlot((fn) => policy.execute(fn));
    expect(waiting).toMatchObject({ isBulkheadRejectedError: true });
    expect(order[0]).toBe('late');
  });

  it('ours gives the slot to the call that waited', async () => {
    const { bridge } = testBridge({ bulkhead: { limit: 1, queue: 1 } });
    const { waiting, order } = await raceForSlot((fn) => bridge.run('op', fn));
    expect(waiting).toBe('answer');
    expect(order[0]).toBe('waiting');
  });
});

describe('trap 6: a queued call that is aborted', () => {
  it('cockatiel sees it only when its turn comes; until then it holds its place', async () => {
    const policy = bulkhead(1, 1);
    const running = policy.execute(() => sleep(150));
    const controller = new AbortController();
    const queued = policy.execute(async () => 1, controller.signal).catch((error: unknown) => error);
    controller.abort();
    await vi.advanceTimersByTimeAsync(100);
    expect(await hasSettled(queued)).toBe(false);
    expect(policy.queueSlots).toBe(0);
    await vi.advanceTimersByTimeAsync(50);
    expect(await queued).toMatchObject({ isTaskCancelledError: true });
    await running;
  });

  it('ours ends at once and gives its place to another', async () => {
    const { bridge, clock, observer } = testBridge({ bulkhead: { limit: 1, queue: 1 } });
    const running = bridge.run('op', () => new Promise<void>((resolve) => clock.setTimeout(resolve, 150)));
    const controller = new AbortController();
    const reason = new Error('gone');
    const queued = bridge.run('op', async () => 1, { signal: controller.signal });
    await settle();
    controller.abort(reason);
    expect(await rejection(queued)).toBe(reason);
    const next = bridge.run('op', async () => 'next');
    await clock.run(running);
    expect(await next).toBe('next');
    expect(observer.ofType('bulkhead.rejected')).toEqual([]);
  });
});

describe('trap 7: a queued call in the asynchronous context of another', () => {
  async function contexts(run: Run): Promise<string[]> {
    const storage = new AsyncLocalStorage<string>();
    const as = (name: string): Promise<string> =>
      storage.run(name, () =>
        run(async () => {
          const seen = storage.getStore() ?? 'none';
          await settle();
          return seen;
        }),
      );
    return Promise.all(['a', 'b', 'c'].map(as));
  }

  it('cockatiel runs it in that of the call that released the slot', async () => {
    const policy = bulkhead(1, 2);
    expect(await contexts((fn) => policy.execute(fn))).toEqual(['a', 'a', 'a']);
  });

  it('ours runs it in its own', async () => {
    const { bridge } = testBridge({ bulkhead: { limit: 1, queue: 2 } });
    expect(await contexts((fn) => bridge.run('op', fn))).toEqual(['a', 'b', 'c']);
  });
});
