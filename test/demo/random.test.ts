import { describe, expect, it } from 'vitest';
import { between, pick } from '../../demo/random.ts';

describe('between and pick', () => {
  it('stays inside its bounds', () => {
    expect(between(() => 0, 3, 5)).toBe(3);
    expect(between(() => 0.999, 3, 5)).toBeLessThan(5);
    expect(pick(() => 0.999, ['a', 'b'])).toBe('b');
  });

  it('refuses to pick from nothing', () => {
    expect(() => pick(() => 0, [])).toThrow(RangeError);
  });
});
