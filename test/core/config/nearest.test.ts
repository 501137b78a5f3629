import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest, suggestion } from '../../../packages/core/src/config/nearest.ts';

const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c', '_') });

describe('the distance of two words', () => {
  it.each([
    ['retry', 'retry', 0],
    ['rate_limitting', 'rate_limiting', 1],
    ['operation', 'operations', 1],
    ['serach', 'search', 1],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
  ])('%s to %s takes %d edits', (a, b, edits) => {
    expect(editDistance(a, b)).toBe(edits);
  });

  it('is the same both ways, zero only for equal words, and one for one edit', () => {
    fc.assert(
      fc.property(word, word, fc.nat(8), (a, b, at) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, `${a.slice(0, at)}x${a.slice(at)}`)).toBe(1);
        expect(editDistance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});

describe('a suggestion', () => {
  it('is the nearest known word', () => {
    expect(nearest('max_atempts', ['max_delay', 'max_attempts', 'jitter'])).toBe('max_attempts');
    expect(nearest('maxAttempts', ['max_delay', 'max_attempts'])).toBe('max_attempts');
  });

  it('is not made when nothing is close', () => {
    expect(nearest('sidecar', ['retry', 'admin', 'timeout'])).toBeUndefined();
    expect(nearest('x', ['ab'])).toBeUndefined();
    expect(suggestion('zzzzz', ['retry', 'admin'])).toBe('; known here: retry, admin');
  });

  it('is not looked for behind an absurdly long word, which would take long', () => {
    expect(nearest('r'.repeat(100), ['r'.repeat(99)])).toBe('r'.repeat(99));
    expect(nearest('r'.repeat(101), ['r'.repeat(100)])).toBeUndefined();
    expect(nearest('r'.repeat(100), ['r'.repeat(101)])).toBeUndefined();
  });
});
