import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregate, standingOf } from '../../../packages/core/src/health/aggregate.ts';
import type { HealthStatus } from '../../../packages/core/src/health/status.ts';

const statuses = (...given: HealthStatus[]) => aggregate(given.map((status) => ({ status })));

describe('aggregate', () => {
  it('is healthy without any checks and when all are healthy', () => {
    expect(statuses()).toBe('healthy');
    expect(statuses('healthy', 'healthy')).toBe('healthy');
  });

  it('is unhealthy when none works and one fails at least', () => {
    expect(statuses('unhealthy', 'unhealthy')).toBe('unhealthy');
    expect(statuses('unhealthy', 'unknown')).toBe('unhealthy');
  });

  it('is unknown when of none is known whether it works', () => {
    expect(statuses('unknown')).toBe('unknown');
    expect(statuses('unknown', 'unknown')).toBe('unknown');
    expect(
      aggregate([
        { status: 'unknown', required: true },
        { status: 'healthy', required: false },
      ]),
    ).toBe('unknown');
  });

  it('is degraded when some work and some do not, and when one works only in part', () => {
    expect(statuses('healthy', 'unhealthy')).toBe('degraded');
    expect(statuses('healthy', 'unknown')).toBe('degraded');
    expect(statuses('degraded')).toBe('degraded');
  });

  it('is unhealthy as soon as a required check is, and at most degraded by optional ones', () => {
    const required = { status: 'unhealthy', required: true } as const;
    const optional = { status: 'unhealthy', required: false } as const;
    expect(aggregate([required, { status: 'healthy' }, { status: 'healthy', required: true }])).toBe('unhealthy');
    expect(aggregate([optional])).toBe('degraded');
    expect(aggregate([optional, { status: 'healthy' }])).toBe('degraded');
    expect(aggregate([{ status: 'unhealthy' }, { status: 'healthy', required: false }])).toBe('unhealthy');
  });

  it('never gets better when one check gets worse', () => {
    const order = ['healthy', 'degraded', 'unknown', 'unhealthy'] as const;
    const check = fc.record({
      status: fc.constantFrom<HealthStatus>(...order),
      required: fc.constantFrom(true, false, undefined),
    });
    fc.assert(
      fc.property(fc.array(check, { minLength: 1, maxLength: 6 }), fc.nat(), (checks, which) => {
        const index = which % checks.length;
        const worse = checks.map((one, at) => {
          const next = order[order.indexOf(one.status) + 1];
          return at === index && next !== undefined ? { ...one, status: next } : one;
        });
        expect(order.indexOf(aggregate(worse))).toBeGreaterThanOrEqual(order.indexOf(aggregate(checks)));
      }),
    );
  });
});

describe('standingOf', () => {
  const result = { atMs: 0, durationMs: 1, inARow: 1, details: {} };
  const known = (status: HealthStatus, required?: boolean) => ({ status, required, last: { ...result, status } });
  const pending = (required?: boolean) => ({ status: 'unknown', required, last: undefined }) as const;

  it('is unknown as long as nothing that counts works and not all have been asked', () => {
    expect(standingOf([pending()])).toBe('unknown');
    expect(standingOf([pending(true), known('healthy', false)])).toBe('unknown');
    expect(standingOf([pending(), known('unhealthy')])).toBe('unknown');
    expect(standingOf([known('unknown'), known('unhealthy')])).toBe('unhealthy');
  });

  it('holds a missing result against nobody', () => {
    expect(standingOf([pending(), known('healthy')])).toBe('healthy');
    expect(standingOf([pending(true), known('healthy'), known('unhealthy')])).toBe('degraded');
    expect(standingOf([pending(false)])).toBe('healthy');
  });

  it('does not wait for others once a required check has failed', () => {
    expect(standingOf([pending(), known('unhealthy', true)])).toBe('unhealthy');
  });

  it('is the aggregate once all have been asked', () => {
    const check = fc
      .record({
        status: fc.constantFrom<HealthStatus>('healthy', 'degraded', 'unknown', 'unhealthy'),
        required: fc.constantFrom(true, false, undefined),
      })
      .map(({ status, required }) => known(status, required));
    fc.assert(fc.property(fc.array(check, { maxLength: 6 }), (all) => standingOf(all) === aggregate(all)));
  });
});
