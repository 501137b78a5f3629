import { describe, expect, it } from 'vitest';
import { isProbe, outsideRequests, runAsProbe } from '../../../packages/core/src/health/probe.ts';

describe('runAsProbe', () => {
  it('marks what runs in it, and all that it starts, and nothing else', async () => {
    expect(isProbe()).toBe(false);
    const inside = runAsProbe(async () => {
      const first = isProbe();
      await new Promise((resolve) => setImmediate(resolve));
      return [first, isProbe()];
    });
    expect(isProbe()).toBe(false);
    expect(await inside).toEqual([true, true]);
    expect(isProbe()).toBe(false);
  });

  it('returns what the function returns and throws what it throws', () => {
    expect(runAsProbe(() => 7)).toBe(7);
    const error = new Error('no');
    expect(() =>
      runAsProbe(() => {
        throw error;
      }),
    ).toThrow(error);
  });
});

describe('outsideRequests', () => {
  it('leaves the context of whoever asks', () => {
    expect(runAsProbe(() => outsideRequests(isProbe))).toBe(false);
  });
});
