import type { BulkheadConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { exactBridge, rejection, type TestBridge } from '../../support/bridges.ts';
import { settle } from '../../support/virtual-clock.ts';

function bulkheadBridge(bulkhead: Partial<BulkheadConfig>): TestBridge {
  return exactBridge({
    bulkhead: { limit: 1, queue: 0, queueTimeoutMs: null, adaptive: null, mode: 'enforce', ...bulkhead },
  });
}

/** Starts calls that run until they are told to end. */
function startCalls(
  { bridge }: TestBridge,
  count: number,
): { calls: Promise<number>[]; running: number[]; end: () => void } {
  const running: number[] = [];
  const ends: (() => void)[] = [];
  const calls = Array.from({ length: count }, (_, index) =>
    bridge.run('op', async () => {
      running.push(index);
      await new Promise<void>((resolve) => ends.push(resolve));
      return index;
    }),
  );
  const end = (): void => {
    for (const finish of ends.splice(0)) finish();
  };
  return { calls, running, end };
}

function slots({ bridge }: TestBridge): unknown {
  return [...bridge.state.operations()][0]?.bulkhead;
}

describe('takeSlot', () => {
  it('makes nobody wait in shadow mode, refuses nobody, and reports who would have been', async () => {
    const test = bulkheadBridge({ limit: 2, queue: 1, mode: 'shadow' });
    const { calls, running, end } = startCalls(test, 5);
    await settle();
    expect(running).toEqual([0, 1, 2, 3, 4]);
    expect(test.observer.ofType('bulkhead.rejected').map(({ mode }) => mode)).toEqual(['shadow', 'shadow']);
    expect(test.observer.ofType('bulkhead.admitted')).toEqual([]);
    end();
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4]);
  });

  it('counts in shadow mode the calls that it would have let in, and gives every slot back', async () => {
    const test = bulkheadBridge({ limit: 2, queue: 1, mode: 'shadow' });
    for (let round = 0; round < 2; round += 1) {
      const { calls, end } = startCalls(test, 6);
      await settle();
      expect(slots(test)).toEqual({ active: 3, queued: 0, limit: 2, mode: 'shadow' });
      end();
      await Promise.all(calls);
      expect(slots(test)).toEqual({ active: 0, queued: 0, limit: 2, mode: 'shadow' });
    }
    expect(test.observer.ofType('bulkhead.rejected')).toHaveLength(6);
  });

  it('frees the queue place of a call that is aborted at once', async () => {
    const test = bulkheadBridge({ queue: 1 });
    const { calls, end } = startCalls(test, 1);
    const abort = new AbortController();
    const queued = test.bridge.run('op', async () => 'late', { signal: abort.signal });
    await settle();
    abort.abort(new Error('gone'));
    expect(await rejection(queued)).toMatchObject({ message: 'gone' });
    expect(slots(test)).toMatchObject({ active: 1, queued: 0 });
    end();
    await Promise.all(calls);
  });

  it('waits no longer than the deadline, and says that this is what ended the wait', async () => {
    const test = bulkheadBridge({ queue: 1, queueTimeoutMs: 5_000 });
    const { calls, end } = startCalls(test, 1);
    const queued = test.bridge.run('op', async () => 'late', { deadlineMs: 300 });
    expect(await rejection(test.clock.run(queued))).toMatchObject({ code: 'deadline_exceeded' });
    expect(test.observer.ofType('bulkhead.rejected')).toEqual([]);
    end();
    await Promise.all(calls);
    expect(slots(test)).toMatchObject({ active: 0, queued: 0 });
  });
});
