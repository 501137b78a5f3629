import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineIndex } from '../../../packages/core/src/config/yaml/lines.ts';
import { problemsOf } from '../../support/config.ts';

describe('a place in a text', () => {
  it('is counted as by hand', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\n', '\r', '😀'), maxLength: 30 });
    fc.assert(
      fc.property(text, fc.nat(60), (whole, offset) => {
        const before = whole.slice(0, offset).split('\n');
        expect(lineIndex(whole)(offset)).toEqual({ line: before.length, column: (before.at(-1) ?? '').length + 1 });
      }),
    );
  });

  it('before the text is its start', () => {
    expect(lineIndex('a\nb')(-1)).toEqual({ line: 1, column: 1 });
    expect(lineIndex('')(0)).toEqual({ line: 1, column: 1 });
  });

  it('is right behind an error that ends a line with a carriage return', () => {
    expect(problemsOf('{$' + '{A}runtime\r\nruntime').every((problem) => /^(1:\d|2:[1-8]) /.test(problem))).toBe(true);
  });
});
