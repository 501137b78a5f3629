import { describe, expect, it } from 'vitest';
import { HealthResult } from '../../../packages/core/src/health/result.ts';
import { HealthStatus } from '../../../packages/core/src/health/status.ts';

describe('HealthResult', () => {
  it('is healthy only when its status is', () => {
    const healthy = Object.values(HealthStatus).filter((status) => new HealthResult({ status }).healthy);
    expect(healthy).toEqual(['healthy']);
  });

  it('shows itself as JSON with an ISO timestamp, two decimals and nulls', () => {
    const timestamp = new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6));
    const bare = new HealthResult({ status: 'degraded', timestamp, durationMs: 12.3456 });
    expect(JSON.parse(JSON.stringify(bare))).toEqual({
      status: 'degraded',
      timestamp: '2026-01-02T03:04:05.006Z',
      durationMs: 12.35,
      message: null,
      details: {},
      healthy: false,
    });
    const full = new HealthResult({ status: 'healthy', timestamp, message: 'OK', details: { pool: 3 } });
    expect(full.toJSON()).toMatchObject({ healthy: true, message: 'OK', details: { pool: 3 }, durationMs: 0 });
  });
});
