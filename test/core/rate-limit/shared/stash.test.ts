import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leaseDeadlineMs, Stash } from '../../../../packages/core/src/rate-limit/shared/stash.ts';

describe('leased tokens', () => {
  it('are spent oldest first, of several generations if need be, and reported by generation', () => {
    const stash = new Stash();
    stash.add(3, 100, 50);
    stash.add(5, 200, 90);
    expect(stash.take(4, 10)).toBe(true);
    expect(stash.take(5, 10)).toBe(false);
    expect(stash.report(false)).toEqual({ endUs: 100, spent: 3, back: 0 });
    expect(stash.report(true)).toEqual({ endUs: 200, spent: 1, back: 4 });
    expect(stash.report(true)).toBeUndefined();
    expect(stash.empty).toBe(true);
  });

  it('lapse at the deadline of their lease, and not before', () => {
    const stash = new Stash();
    stash.add(3, 100, 50);
    stash.add(5, 200, 90);
    expect(stash.take(1, 49.9)).toBe(true);
    expect(stash.take(6, 50)).toBe(false);
    expect(stash.available(50)).toBe(5);
    expect(stash.take(1, 90)).toBe(false);
    expect(stash.empty).toBe(true);
  });

  it('are not spent to the very end of the lease, counted from the question', () => {
    expect(leaseDeadlineMs(1_000, 100_000)).toBeLessThan(1_100);
    expect(leaseDeadlineMs(1_000, 100_000)).toBeGreaterThan(1_095);
  });

  it('are all spent, reported, given back, lapsed or still there', () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 1, max: 9 }), end: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ take: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ giveBack: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const stash = new Stash();
        let [added, spent, told, back] = [0, 0, 0, 0];
        for (const each of steps) {
          if ('add' in each) {
            stash.add(each.add, each.end, 1e6);
            added += each.add;
          } else if ('take' in each) {
            if (stash.take(each.take, 0)) spent += each.take;
          } else {
            const report = stash.report(each.giveBack);
            told += report?.spent ?? 0;
            back += report?.back ?? 0;
          }
        }
        const untold = stash.parts.reduce((sum, part) => sum + part.spent, 0);
        expect(told + untold).toBe(spent);
        expect(stash.tokens + spent + back).toBe(added);
      }),
    );
  });
});
