import { retryAfterMsOf } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';

const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);

describe('retryAfterMsOf', () => {
  it.each([
    [{ 'retry-after': '2' }, 2_000],
    [{ 'Retry-After': '1.5' }, 1_500],
    [{ 'retry-after': ['3', '4'] }, 3_000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 12:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 11:00:00 GMT' }, 0],
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'x-ms-retry-after-ms': '70', 'retry-after': '9' }, 70],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '1e3' }, undefined],
    [{ 'retry-after': '9'.repeat(400) }, undefined],
    [{ 'retry-after-ms': 'x', 'retry-after': '1' }, 1_000],
    [{}, undefined],
    [undefined, undefined],
    ['text', undefined],
  ])('reads %j as %s ms', (headers, expected) => {
    expect(retryAfterMsOf(headers, NOW)).toBe(expected);
  });

  it('takes a date of asctime, which names no zone, for one in UTC, wherever this runs', () => {
    const { TZ } = process.env;
    process.env.TZ = 'America/New_York';
    try {
      expect(new Date(NOW).getTimezoneOffset()).not.toBe(0);
      expect(retryAfterMsOf({ 'retry-after': 'Tue Nov 24 12:00:30 2026' }, NOW)).toBe(30_000);
    } finally {
      if (TZ === undefined) delete process.env.TZ;
      else process.env.TZ = TZ;
    }
  });

  it('reads nothing where reading throws', () => {
    const headers = {
      get() {
        throw new Error('mined');
      },
    };
    expect(retryAfterMsOf(headers, NOW)).toBeUndefined();
  });

  it('reads a Headers object', () => {
    expect(retryAfterMsOf(new Headers({ 'Retry-After': '2' }), NOW)).toBe(2_000);
  });
});
