import type { CheckHealth, HealthStatus } from '@crossbridge/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPending, isReady, overallOf, without } from '../../../../packages/agent/src/admin/worker/verdict.ts';
import { isPending as coreIsPending, standingOf } from '../../../../packages/core/src/health/aggregate.ts';
import { isReady as coreIsReady } from '../../../../packages/core/src/health/readiness.ts';
import { check, pending, snapshotOf } from '../fakes.ts';

const status = fc.constantFrom<HealthStatus>('healthy', 'degraded', 'unhealthy', 'unknown');
const checks: fc.Arbitrary<readonly CheckHealth[]> = fc.array(
  fc
    .record({ status, required: fc.constantFrom(true, false, undefined), last: fc.option(status, { nil: undefined }) })
    .map(({ status, required, last }) =>
      check('any', status, {
        required,
        last: last === undefined ? undefined : { status: last, atMs: 0, durationMs: 0, inARow: 1, details: {} },
      }),
    ),
  { maxLength: 6 },
);

describe('the verdict of the admin thread', () => {
  it('is that of core on the whole', () => {
    fc.assert(
      fc.property(checks, (all) => {
        expect(overallOf(all)).toBe(standingOf(all));
        expect(all.map(isPending)).toEqual(all.map(coreIsPending));
      }),
    );
  });

  it('is that of core on readiness', () => {
    fc.assert(
      fc.property(checks, status, fc.boolean(), (all, overall, continueOnDegraded) => {
        expect(isReady(overall, all, continueOnDegraded)).toBe(coreIsReady(overall, all, { continueOnDegraded }));
      }),
    );
  });

  it('keeps what the snapshot says when nothing of it is excluded', () => {
    const snapshot = { ...snapshotOf(check('a', 'unhealthy')), overall: 'degraded' } as const;
    expect(without(snapshot, new Set(['b']))).toBe(snapshot);
    expect(without(snapshot, new Set(['a']))).toMatchObject({ overall: 'healthy', checks: [] });
  });

  it('tells a check that has not run from one that does not know', () => {
    expect([isPending(pending('a')), isPending(check('a', 'unknown'))]).toEqual([true, false]);
  });
});
