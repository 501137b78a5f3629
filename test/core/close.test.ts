import { bridgePolicy, createBridge } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { failing, httpError, never, plainRetry, rejection, testBridge } from '../support/bridges.ts';
import { settle } from '../support/virtual-clock.ts';

const closed = { code: 'bridge_closed' };

describe('bridge.close', () => {
  it('refuses whatever would start something new, and says for which operation', async () => {
    const { bridge, observer } = testBridge({ rateLimit: { capacity: 9, windowSeconds: 1 } });
    bridge.close();
    bridge.close();
    const fn = failing([], 1);
    expect(await rejection(bridge.run('op', fn))).toMatchObject({ ...closed, operation: 'op' });
    expect(await rejection(bridge.retry(fn))).toMatchObject(closed);
    expect(await rejection(bridge.reserve('user:1', 'op', 1))).toMatchObject({ ...closed, operation: 'op' });
    expect(await rejection(bridgePolicy(bridge, 'op').execute(fn))).toMatchObject(closed);
    expect([fn.calls, observer.events]).toEqual([0, []]);
  });

  it('lets a call under way go on to its next attempts, and tells of its end', async () => {
    const { bridge, clock, observer } = testBridge({ retry: plainRetry });
    const call = bridge.run('op', failing([httpError(503), httpError(503)], 'answer'));
    await settle();
    bridge.close();
    expect(await clock.run(call)).toBe('answer');
    expect(observer.story.at(-1)).toBe('end success');
    expect(clock.pending).toBe(0);
  });

  it('lets those in who wait for a slot or for tokens, in their turn', async () => {
    const { bridge, clock } = testBridge({
      bulkhead: { limit: 1, queue: 5 },
      rateLimit: { capacity: 3, windowSeconds: 3, maxWaitMs: 60_000 },
    });
    const hold = new AbortController();
    const first = bridge.run('op', never, { signal: hold.signal });
    const ended: string[] = [];
    const waiting = ['slot', 'slot after it', 'tokens'].map((name) => bridge.run('op', async () => ended.push(name)));
    await settle();
    expect(bridge.state.operations()[0]?.bulkhead).toMatchObject({ active: 1, queued: 2 });
    bridge.close();
    await clock.advance(5_000);
    expect(ended).toEqual([]);
    hold.abort();
    await rejection(first);
    await clock.run(Promise.all(waiting));
    expect(ended).toEqual(['slot', 'slot after it', 'tokens']);
    expect([clock.pending, bridge.state.operations()[0]?.bulkhead?.active]).toEqual([0, 0]);
  });

  it('still ends a wait whose caller aborts or whose time is up', async () => {
    const { bridge, clock } = testBridge({ bulkhead: { limit: 1, queue: 5 } });
    const hold = new AbortController();
    const running = bridge.run('op', never, { signal: hold.signal });
    const controller = new AbortController();
    const aborted = rejection(bridge.run('op', never, { signal: controller.signal }));
    const late = rejection(bridge.run('op', never, { deadlineMs: 50 }));
    await settle();
    bridge.close();
    controller.abort('enough');
    expect(await aborted).toBe('enough');
    expect(await clock.run(late)).toMatchObject({ code: 'deadline_exceeded' });
    hold.abort();
    await rejection(running);
  });

  it('goes on keeping the books: tokens that were reserved can be settled, and limits asked', async () => {
    const { bridge } = testBridge({ rateLimit: { capacity: 10, windowSeconds: 1e6 } });
    const reservation = await bridge.reserve('user:1', 'op', 10);
    bridge.close();
    expect(bridge.checkRateLimit('user:1', 'op')).toMatchObject({ code: 'rate_limited' });
    reservation.settle(4);
    expect([bridge.checkRateLimit('user:1', 'op', 6), bridge.checkRateLimit('user:1', 'op')]).toEqual([
      undefined,
      expect.objectContaining({ code: 'rate_limited' }),
    ]);
  });

  it('happens by itself at the end of the block of a `using`', async () => {
    let kept: ReturnType<typeof createBridge>;
    {
      using bridge = createBridge();
      kept = bridge;
      expect(await bridge.run('op', () => 1)).toBe(1);
    }
    expect(await rejection(kept.run('op', () => 1))).toMatchObject(closed);
  });
});
