import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Quota } from '../../../demo/upstream/quota.ts';

function quotaAt(times: { nowMs: number }): Quota {
  return new Quota({ perSecond: 10, burst: 5, lockoutMs: 2_000, now: () => times.nowMs });
}

describe('Quota', () => {
  it('grants the burst and then the rate', () => {
    const time = { nowMs: 0 };
    const quota = quotaAt(time);
    expect(Array.from({ length: 5 }, () => quota.take())).toEqual([0, 0, 0, 0, 0]);
    time.nowMs = 100;
    expect(quota.take()).toBe(0);
  });

  it('locks out who goes over, for the whole lockout and whatever was refilled meanwhile', () => {
    const time = { nowMs: 0 };
    const quota = quotaAt(time);
    for (let taken = 0; taken < 5; taken += 1) quota.take();
    expect(quota.take()).toBe(2_000);
    time.nowMs = 1_500;
    expect(quota.take()).toBe(500);
    time.nowMs = 2_000;
    expect(quota.take()).toBe(0);
  });

  it('never grants more than burst plus rate over any stretch of time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 200 }), (pauses) => {
        const time = { nowMs: 0 };
        const quota = quotaAt(time);
        let granted = 0;
        for (const pause of pauses) {
          time.nowMs += pause;
          if (quota.take() === 0) granted += 1;
        }
        expect(granted).toBeLessThanOrEqual(5 + (time.nowMs / 1_000) * 10);
      }),
    );
  });
});
