import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contradictory, covered } from '../../../packages/core/src/classification/covers.ts';
import { factsOf } from '../../../packages/core/src/classification/error-facts.ts';
import type { ErrorMatch } from '../../../packages/core/src/classification/error-rule.ts';
import { RuleList } from '../../../packages/core/src/classification/rule-list.ts';

describe('whether earlier rules leave anything to a later one', () => {
  it.each<[ErrorMatch, ErrorMatch[]]>([
    [{ status: 409 }, [{ status: 409 }]],
    [{ status: 409 }, [{ status: [408, 409] }]],
    [{ status: [500, 503] }, [{ status: '5xx' }]],
    [{ sqlstate: '40001' }, [{ sqlstate: '40' }]],
    [{ status: 409, code: 'A' }, [{ code: ['A', 'B'] }]],
    [{ label: ['A', 'B'] }, [{ label: 'B' }]],
    [{ code: ['A', 'B'] }, [{ code: 'A' }, { code: 'B' }]],
    [{ code: ['A', 'B'], status: 409 }, [{ code: 'A' }, { code: 'B', status: '4xx' }]],
  ])('nothing is left of %j after %j', (later, earlier) => {
    expect(covered(later, earlier)).toBe(true);
  });

  it.each<[ErrorMatch, ErrorMatch[]]>([
    [{ status: 409 }, []],
    [{ status: 409 }, [{ status: 408 }]],
    [{ status: [408, 409] }, [{ status: 409 }]],
    [{ status: '5xx' }, [{ status: [500, 503] }]],
    [{ sqlstate: '40' }, [{ sqlstate: '40001' }]],
    [{ code: 'A' }, [{ code: 'A', status: 409 }]],
    [{ label: 'B' }, [{ label: ['A', 'B'] }]],
    [{ code: ['A', 'B'] }, [{ code: 'A' }, { code: 'B', status: 409 }]],
  ])('something is left of %j after %j', (later, earlier) => {
    expect(covered(later, earlier)).toBe(false);
  });

  it('is never said wrongly: whatever a covered rule is about, an earlier one is about', () => {
    const some = <T>(...values: readonly T[]) =>
      fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
    const match = fc
      .record(
        {
          status: some<number | '4xx'>(408, 409, '4xx'),
          code: some('A', 'B'),
          sqlstate: some('40', '40001', '40P01'),
          label: some('L', 'K'),
        },
        { requiredKeys: [] },
      )
      .filter((one) => Object.keys(one).length > 0);
    let covering = 0;
    fc.assert(
      fc.property(match, fc.array(match, { minLength: 1, maxLength: 3 }), fc.nat(1), (later, earlier, pick) => {
        if (!covered(later, earlier)) return;
        covering += 1;
        const facts = factsOf(examples(later)[pick], 0);
        expect(new RuleList([{ match: later }]).find(facts)).toBeDefined();
        expect(new RuleList(earlier.map((one) => ({ match: one }))).find(facts)).toBeDefined();
      }),
      { numRuns: 5_000 },
    );
    expect(covering).toBeGreaterThan(200);
  });
});

interface Lists {
  readonly status?: readonly (number | '4xx')[];
  readonly code?: readonly string[];
  readonly sqlstate?: readonly string[];
  readonly label?: readonly string[];
}

/** Errors that a match is about: with the first value of each list, and with the last. */
function examples({ status, code, sqlstate, label }: Lists): object[] {
  return [0, -1].map((index) => {
    const state = sqlstate?.at(index);
    const number = status?.at(index);
    return {
      ...(number === undefined ? {} : { status: number === '4xx' ? 418 : number }),
      ...(code === undefined ? {} : { code: code.at(index) }),
      ...(state === undefined ? {} : { sqlState: state.length === 2 ? `${state}XYZ` : state }),
      ...(label === undefined ? {} : { errorLabels: label }),
    };
  });
}

describe('a match that contradicts itself', () => {
  it('asks for a message where it is not looked at', () => {
    expect(contradictory({ message: 'x', status: 409 })).toBe(true);
    expect(contradictory({ message: 'x', code: 'A' })).toBe(true);
    expect(contradictory({ message: 'x', sqlstate: '40' })).toBe(true);
    expect(contradictory({ message: 'x', name: 'N' })).toBe(false);
    expect(contradictory({ code: 'A' })).toBe(false);
    const facts = factsOf(Object.assign(new Error('x'), { status: 409 }), 0);
    expect(new RuleList([{ match: { message: 'x', status: 409 } }]).find(facts)).toBeUndefined();
  });
});
