import { bridgePolicy } from '@crossbridge/core';
import { fallback, handleAll, wrap } from 'cockatiel';
import { describe, expect, it } from 'vitest';
import { failing, httpError, plainRetry, rejection, testBridge } from '../../support/bridges.ts';

describe('bridgePolicy', () => {
  it('composes with policies of cockatiel', async () => {
    const { bridge, clock } = testBridge({ retry: plainRetry });
    const policy = wrap(fallback(handleAll, 'spare'), bridgePolicy(bridge, 'op'));
    expect(await clock.run(policy.execute(failing([httpError(503)], 'answer')))).toBe('answer');
    expect(await clock.run(policy.execute(failing([httpError(400)], 'answer')))).toBe('spare');
  });

  it('tells how long a call took and how it ended, once for all its attempts', async () => {
    const { bridge, clock } = testBridge({ retry: plainRetry });
    const policy = bridgePolicy(bridge, 'op', { clock });
    const told: unknown[] = [];
    policy.onSuccess((event) => told.push(event));
    policy.onFailure((event) => told.push(event));
    await clock.run(policy.execute(failing([httpError(503)], 1)));
    const error = httpError(400);
    await rejection(policy.execute(failing([error], 1)));
    expect(told).toEqual([{ duration: 100 }, { duration: 0, handled: true, reason: { error } }]);
  });

  it('passes the signal on and lets no listener harm a call', async () => {
    const { bridge } = testBridge({});
    const policy = bridgePolicy(bridge, 'op', { key: 'user:1' });
    policy.onSuccess(() => {
      throw new Error('listener');
    });
    const seen = await policy.execute(({ signal }) => signal.aborted);
    expect(seen).toBe(false);
    const fn = failing([], 1);
    expect(await rejection(policy.execute(fn, AbortSignal.abort()))).toMatchObject({ name: 'AbortError' });
    expect(fn.calls).toBe(0);
  });
});
