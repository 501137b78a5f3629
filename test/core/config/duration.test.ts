import { formatDuration, parseDuration } from '@crossbridge/core/config';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('a duration', () => {
  it.each([
    [30, 30_000],
    [0.5, 500],
    [1.1, 1100],
    [1.005, 1005],
    [0, 0],
    ['250ms', 250],
    ['2s', 2000],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
    [' 2 s ', 2000],
    ['.5s', 500],
    ['0s', 0],
  ])('%j is %d ms', (value, ms) => {
    expect(parseDuration(value)).toBe(ms);
  });

  it.each([
    ['5d', 'unknown unit; the units are ms, s, m and h'],
    ['5 weeks', 'unknown unit'],
    ['5S', 'unknown unit'],
    ['5constructor', 'unknown unit'],
    ['30', 'a text needs a unit'],
    ['', 'not a number with a unit'],
    ['1s 500ms', 'not a number with a unit'],
    ['-1s', 'negative'],
    [-0.001, 'negative'],
    [Number.NaN, 'not finite'],
    [Number.POSITIVE_INFINITY, 'not finite'],
    ['1e999s', 'not finite'],
  ])('%j is refused: %s', (value, reason) => {
    expect(() => parseDuration(value)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(reason) }),
    );
  });

  it('is refused above what a timer can wait, where it is one', () => {
    expect(parseDuration('2147483647ms', { timer: true })).toBe(2 ** 31 - 1);
    expect(() => parseDuration('2147483648ms', { timer: true })).toThrow('longer than a timer can wait');
    expect(parseDuration('2147483648ms')).toBe(2 ** 31);
  });

  it('is refused at zero, where that makes no sense', () => {
    expect(() => parseDuration(0, { aboveZero: true })).toThrow('must be above 0');
  });

  it('is refused below what it must be at least', () => {
    expect(parseDuration(1, { leastMs: 1000 })).toBe(1000);
    expect(() => parseDuration('999.999ms', { leastMs: 1000 })).toThrow('must be at least 1s');
  });

  it('is written in the shortest exact way', () => {
    expect([0, 250, 1500, 2000, 60_000, 90_000, 3_600_000, 0.25].map(formatDuration)).toEqual([
      '0s',
      '250ms',
      '1.5s',
      '2s',
      '1m',
      '90s',
      '1h',
      '0.25ms',
    ]);
  });

  it('comes back from its text exactly', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e13, noNaN: true }), (value) => {
        const ms = Math.round(value * 1000) / 1000;
        const exact = parseDuration(`${ms}ms`);
        expect(parseDuration(formatDuration(exact))).toBe(exact);
      }),
    );
  });

  it('is the same in every unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (hours) => {
        const ms = hours * 3_600_000;
        expect(
          [`${hours}h`, `${hours * 60}m`, `${hours * 3600}s`, `${ms}ms`, hours * 3600].map((text) =>
            parseDuration(text),
          ),
        ).toEqual(Array(5).fill(ms));
      }),
    );
  });
});
