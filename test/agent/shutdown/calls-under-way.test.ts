import { createBridge } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { CallsUnderWay } from '../../../packages/agent/src/shutdown/calls-under-way.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function counting() {
  const clock = new VirtualClock();
  const calls = new CallsUnderWay(clock);
  const state: { drained: boolean | undefined } = { drained: undefined };
  const wait = (limitMs: number): void => {
    void calls.drained(limitMs).then((drained) => {
      state.drained = drained;
    });
  };
  return { clock, calls, state, wait };
}

describe('CallsUnderWay', () => {
  it('counts the calls of a bridge, however they end', async () => {
    const calls = new CallsUnderWay();
    const bridge = createBridge({}, { observers: [calls] });
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

  it('has nothing to wait for where there were no calls of late', async () => {
    const { clock, state, wait } = counting();
    wait(10_000);
    await clock.advance(0);
    expect(state.drained).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('waits for calls under way, and a moment more for those that follow them', async () => {
    const { clock, calls, state, wait } = counting();
    calls.on({ type: 'call.started' });
    wait(10_000);
    await clock.advance(3_000);
    calls.on({ type: 'call.ended' });
    await clock.advance(249);
    calls.on({ type: 'call.started' });
    await clock.advance(3_000);
    expect(state.drained).toBeUndefined();
    calls.on({ type: 'call.ended' });
    await clock.advance(249);
    expect(state.drained).toBeUndefined();
    await clock.advance(1);
    expect(state.drained).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('waits the same moment where a call has just ended', async () => {
    const { clock, calls, state, wait } = counting();
    calls.on({ type: 'call.started' });
    calls.on({ type: 'call.ended' });
    await clock.advance(100);
    wait(10_000);
    await clock.advance(149);
    expect(state.drained).toBeUndefined();
    await clock.advance(1);
    expect(state.drained).toBe(true);
  });

  it('gives up at its limit', async () => {
    const { clock, calls, state, wait } = counting();
    calls.on({ type: 'call.started' });
    wait(10_000);
    await clock.advance(9_999);
    expect(state.drained).toBeUndefined();
    await clock.advance(1);
    expect(state.drained).toBe(false);
    expect(clock.pending).toBe(0);
  });
});
