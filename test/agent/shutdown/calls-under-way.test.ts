import { createBridge, type OperationState } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { CallsUnderWay } from '../../../packages/agent/src/shutdown/calls-under-way.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function counting(active: number) {
  const clock = new VirtualClock();
  const operation = { operation: 'search', active };
  const calls = new CallsUnderWay({ operations: () => [operation as unknown as OperationState] }, clock);
  const state: { drained: boolean | undefined } = { drained: undefined };
  const wait = (limitMs: number): void => {
    void calls.drained(limitMs).then((drained) => {
      state.drained = drained;
    });
  };
  return { clock, operation, state, wait };
}

describe('CallsUnderWay', () => {
  it('counts the calls of a bridge, however they end', async () => {
    const bridge = createBridge();
    const calls = new CallsUnderWay(bridge.state);
    const { promise, resolve } = Promise.withResolvers<void>();
    const running = [bridge.run('a', () => promise), bridge.run('b', () => promise)];
    expect(calls.count).toBe(2);
    await expect(bridge.run('c', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    await expect(bridge.run('c', () => promise, { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(calls.count).toBe(2);
    resolve();
    await Promise.all(running);
    expect(calls.count).toBe(0);
  });

  it('has nothing to wait for where there are no operations', async () => {
    const clock = new VirtualClock();
    expect(await new CallsUnderWay({ operations: () => [] }, clock).drained(10_000)).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('waits for calls under way, and a moment more for those that follow them', async () => {
    const { clock, operation, state, wait } = counting(1);
    wait(10_000);
    await clock.advance(3_000);
    operation.active = 0;
    await clock.advance(200);
    operation.active = 1;
    await clock.advance(3_000);
    expect(state.drained).toBeUndefined();
    operation.active = 0;
    await clock.advance(249);
    expect(state.drained).toBeUndefined();
    await clock.advance(50);
    expect(state.drained).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('waits the same moment where calls come one after the other, and just now there is none', async () => {
    const { clock, state, wait } = counting(0);
    wait(10_000);
    await clock.advance(249);
    expect(state.drained).toBeUndefined();
    await clock.advance(25);
    expect(state.drained).toBe(true);
  });

  it('gives up at its limit', async () => {
    const { clock, state, wait } = counting(1);
    wait(10_000);
    await clock.advance(9_999);
    expect(state.drained).toBeUndefined();
    await clock.advance(1);
    expect(state.drained).toBe(false);
    expect(clock.pending).toBe(0);
  });
});
