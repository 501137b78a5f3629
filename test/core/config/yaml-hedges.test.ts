import { resolveRuntimeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import { parse, problemsOf, yaml } from '../../support/config.ts';

describe('hedges', () => {
  it('of all operations hold for those listed, which may change or refuse them', () => {
    const { operations } = parse(yaml`
      runtime:
        hedge: {delay: 500ms, max_hedges: 2, mode: shadow}
        operations:
          inherits:
          retimes: {hedge: {quantile: 0.95}}
          counts: {hedge: {max_hedges: 3, mode: enforce}}
          refuses: {hedge: false}
    `).config;
    expect(operations.inherits?.hedge).toEqual({ delayMs: 500, quantile: null, maxHedges: 2, mode: 'shadow' });
    expect(operations.retimes?.hedge).toEqual({ delayMs: null, quantile: 0.95, maxHedges: 2, mode: 'shadow' });
    expect(operations.counts?.hedge).toEqual({ delayMs: 500, quantile: null, maxHedges: 3, mode: 'enforce' });
    expect(operations.refuses?.hedge).toBeNull();
    expect(operations.search?.hedge).toBeNull();
  });

  it('are one, enforced, and draw on the retry budget, unless told otherwise', () => {
    const { config } = parse(
      'runtime: {operations: {a: {hedge: {delay: 0}}, b: {hedge: {delay: 1}, retry_budget: false}}}',
    );
    expect(config.operations.a).toMatchObject({
      hedge: { delayMs: 0, quantile: null, maxHedges: 1, mode: 'enforce' },
      retry: null,
      retryBudget: { ratio: 0.2, minRetriesPerSecond: 10 },
    });
    expect(config.operations.b?.retryBudget).toBeNull();
    expect(resolveRuntimeConfig(config)).toEqual(config);
  });

  it.each([
    [
      'hedge: {delay: 1s, quantile: 0.9}',
      '1:40 runtime.hedge.quantile: delay and quantile both say when to hedge; keep one of the two',
    ],
    ['hedge: {mode: shadow}', '1:18 runtime.hedge: missing: a hedge needs delay or quantile to know when it is due'],
    [
      'operations: {a: {hedge: {delay: null}}}',
      '1:35 runtime.operations.a.hedge: missing: a hedge needs delay or quantile to know when it is due',
    ],
    [
      'hedge: {delay: 1}, operations: {a: {hedge: {delay: 1, quantile: 0.5}}, b: {}}',
      '1:75 runtime.operations.a.hedge.quantile: delay and quantile both say when to hedge; keep one of the two',
    ],
    ['hedge: {quantile: 1}', '1:29 runtime.hedge.quantile: expected a number above 0 and below 1, got 1'],
    ['hedge: {delay: 1, max_hedges: 0}', '1:41 runtime.hedge.max_hedges: expected a whole number of at least 1, got 0'],
    [
      'hedge: {}, operations: {a: {hedge: {mode: shadow}}, b: {}}',
      '1:18 runtime.hedge: missing: a hedge needs delay or quantile to know when it is due',
    ],
  ])('%s is refused once', (sections, problem) => {
    expect(problemsOf(`runtime: {${sections}}`)).toEqual([problem]);
  });
});
