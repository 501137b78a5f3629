import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { count, duration, layOut, percent } from '../../../demo/report/table.ts';

describe('layOut', () => {
  it('aligns the first column to the left and the others to the right', () => {
    expect(
      layOut(
        ['name', 'n'],
        [
          ['a', '1'],
          ['longer', '1,000'],
        ],
      ),
    ).toEqual(['name        n', 'a           1', 'longer  1,000']);
  });

  it('puts the columns as far apart as asked for', () => {
    expect(layOut(['name', 'n'], [['a', '10']], 1)).toEqual(['name  n', 'a    10']);
  });

  it('leaves the rest of a short row empty', () => {
    expect(layOut(['name', 'n', 'm'], [['all', '1']])).toEqual(['name  n  m', 'all   1']);
  });
});

describe('percent', () => {
  it('says 100 % only when it is all, and nothing of nothing', () => {
    expect([percent(3, 4), percent(10_000, 10_000), percent(9_999, 10_000), percent(0, 3), percent(0, 0)]).toEqual([
      '75.0%',
      '100.0%',
      '99.9%',
      '0.0%',
      '-',
    ]);
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (part, more) => {
        expect(percent(part, part + more + 1)).not.toBe('100.0%');
      }),
    );
  });
});

describe('count and duration', () => {
  it('use the unit that reads well', () => {
    expect([count(1_234_567), duration(0.0124), duration(2.345), duration(Number.NaN)]).toEqual([
      '1,234,567',
      '12 ms',
      '2.35 s',
      '-',
    ]);
  });
});
