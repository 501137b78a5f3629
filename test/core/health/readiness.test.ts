import { describe, expect, it } from 'vitest';
import type { CheckHealth } from '../../../packages/core/src/health/check-health.ts';
import { isReady } from '../../../packages/core/src/health/readiness.ts';
import type { HealthStatus } from '../../../packages/core/src/health/status.ts';

const goOn = { continueOnDegraded: true };
const stop = { continueOnDegraded: false };

type Judged = Parameters<typeof isReady>[1][number];

const settled = (status: HealthStatus, required?: boolean, last: HealthStatus | undefined = status): Judged => ({
  status,
  required,
  last: last === undefined ? undefined : ({ status: last } as NonNullable<CheckHealth['last']>),
});
const never: Judged = { status: 'unknown', required: undefined, last: undefined };

describe('isReady', () => {
  it('is ready when healthy, and when degraded if the config says to go on', () => {
    expect(isReady('healthy', [], stop)).toBe(true);
    expect(isReady('degraded', [settled('degraded')], goOn)).toBe(true);
    expect(isReady('degraded', [settled('degraded')], stop)).toBe(false);
  });

  it('is not ready when nothing works', () => {
    expect(isReady('unhealthy', [settled('unhealthy')], goOn)).toBe(false);
    expect(isReady('unknown', [], goOn)).toBe(false);
  });

  it('is not ready without what is required, whatever the whole is said to be', () => {
    expect(isReady('degraded', [settled('unhealthy', true), settled('healthy')], goOn)).toBe(false);
    expect(isReady('degraded', [settled('unhealthy', false), settled('healthy')], goOn)).toBe(true);
  });

  it('is not ready before the first results, nor when they are too old', () => {
    expect(isReady('unhealthy', [never], goOn)).toBe(false);
    expect(isReady('unhealthy', [settled('unknown', undefined, 'healthy')], goOn)).toBe(false);
  });

  it('does not wait for a check that has run and cannot tell: only traffic would tell more', () => {
    const cannotTell = settled('unknown', true);
    expect(isReady('unhealthy', [cannotTell], goOn)).toBe(true);
    expect(isReady('unhealthy', [cannotTell], stop)).toBe(false);
    expect(isReady('unhealthy', [cannotTell, never], goOn)).toBe(false);
    expect(isReady('unhealthy', [cannotTell, settled('unhealthy')], goOn)).toBe(false);
  });
});
