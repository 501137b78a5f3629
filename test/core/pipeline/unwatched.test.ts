import { createBridge } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { failing, httpError, type OperationInput, rejection } from '../../support/bridges.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function unwatched(op: OperationInput) {
  const clock = new VirtualClock();
  return { clock, bridge: createBridge({ operations: { op } }, { clock, random: () => 0.5 }) };
}

describe('a bridge that nobody watches', () => {
  it('knows slow attempts all the same', async () => {
    const { bridge, clock } = unwatched({
      circuitBreaker: { countWindow: 2, minimumCalls: 2, slowCallMs: 100, slowCallRatio: 1 },
    });
    const slow = (): Promise<void> => new Promise((resolve) => clock.setTimeout(resolve, 150));
    for (let call = 0; call < 2; call += 1) await clock.run(bridge.run('op', slow));
    expect(await rejection(bridge.run('op', slow))).toMatchObject({ code: 'circuit_open' });
  });

  it('refuses with the error of the policy, and answers with the fallback, without keeping a slot', async () => {
    const { bridge } = unwatched({ circuitBreaker: { consecutiveFailures: 1 }, bulkhead: { limit: 1 } });
    await rejection(bridge.run('op', failing([httpError(500)], 1)));
    for (let call = 0; call < 3; call += 1) {
      expect(await rejection(bridge.run('op', async () => 1))).toMatchObject({ code: 'circuit_open', operation: 'op' });
      expect(await bridge.run('op', async () => 1, { fallback: { value: 2 } })).toBe(2);
    }
    expect(bridge.state.operations()[0]).toMatchObject({ bulkhead: { active: 0, queued: 0 } });
  });

  it('never throws instead of rejecting', async () => {
    const { bridge } = unwatched({ rateLimit: { capacity: 1, windowSeconds: 60 } });
    const calls = [{ cost: 2 }, { signal: AbortSignal.abort('gone') }, { deadlineMs: 0 }, {}, {}];
    const outcomes = await Promise.allSettled(calls.map((options) => bridge.run('op', async () => 1, options)));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'fulfilled', 'rejected']);
  });

  it('lets nobody hear of a refusal that is handled', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    const { bridge } = unwatched({ rateLimit: { capacity: 1, windowSeconds: 60 } });
    await bridge.run('op', async () => 1);
    await bridge.run('op', async () => 1).catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
