import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CountWindow } from '../../../packages/core/src/circuit-breaker/count-window.ts';

describe('CountWindow', () => {
  it('is at rest again once good attempts have pushed every bad one out', () => {
    const window = new CountWindow(3);
    window.add(true, false);
    window.add(false, true);
    for (const atRest of [false, false, true]) {
      window.add(false, false);
      expect(window.atRest).toBe(atRest);
    }
  });

  it('keeps the newest attempts when its size changes', () => {
    const mark = fc.tuple(fc.boolean(), fc.boolean());
    const size = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(
        fc.array(mark, { maxLength: 40 }),
        size,
        size,
        fc.array(mark, { maxLength: 12 }),
        (old, from, to, more) => {
          const before = new CountWindow(from);
          for (const [failed, slow] of old) before.add(failed, slow);
          const after = new CountWindow(to);
          after.adopt(before);
          for (const [failed, slow] of more) after.add(failed, slow);
          const kept = [...old.slice(-Math.min(from, to)), ...more].slice(-to);
          expect([after.calls, after.failures, after.slow]).toEqual([
            kept.length,
            kept.filter(([failed]) => failed).length,
            kept.filter(([, slow]) => slow).length,
          ]);
        },
      ),
    );
  });
});
