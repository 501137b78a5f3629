import type { CheckHealth, OverallHealth } from '@crossbridge/core';
import { createBridge } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { takeSnapshot } from '../../../packages/agent/src/admin/snapshot.ts';
import { check } from './fakes.ts';

const { config } = createBridge();

function snapshotOfHealth(health: () => OverallHealth) {
  return takeSnapshot({
    config,
    state: { health, ready: () => true },
  });
}

function withDetails(details: Record<string, unknown>): CheckHealth {
  return check('a', 'healthy', { last: { status: 'healthy', atMs: 1, durationMs: 1, inARow: 1, details } });
}

describe('takeSnapshot', () => {
  it('takes what the bridge knows', () => {
    const checks = [check('a', 'healthy'), check('b', 'degraded')];
    expect(snapshotOfHealth(() => ({ overall: 'degraded', checks }))).toEqual({
      overall: 'degraded',
      checks,
      omitted: 0,
      ready: true,
      continueOnDegraded: true,
    });
  });

  it('bounds what checks may say', () => {
    const long = check('n'.repeat(5_000), 'unhealthy', { message: 'm'.repeat(100_000) });
    const big = withDetails({ text: 'd'.repeat(100_000) });
    const { checks } = snapshotOfHealth(() => ({ overall: 'degraded', checks: [long, big] }));
    expect(checks[0]?.check).toHaveLength(200);
    expect(checks[0]?.message).toHaveLength(1_000);
    expect(checks[1]?.last?.details).toEqual({ omitted: expect.stringContaining('more than 4000') });
  });

  it('leaves out details that JSON has no words for', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    for (const details of [cyclic, { big: 1n }]) {
      const { checks } = snapshotOfHealth(() => ({ overall: 'healthy', checks: [withDetails(details)] }));
      expect(checks[0]?.last?.details).toEqual({ omitted: 'not representable as JSON' });
    }
  });

  it('tells five hundred checks at most, those that fail among them', () => {
    const checks = [
      ...Array.from({ length: 600 }, (_, index) => check(`ok${index}`, 'healthy')),
      check('bad', 'unhealthy'),
    ];
    const snapshot = snapshotOfHealth(() => ({ overall: 'degraded', checks }));
    expect([snapshot.checks.length, snapshot.omitted]).toEqual([500, 101]);
    expect(snapshot.checks.map((each) => each.check)).toContain('bad');
  });

  it('is unknown, and says why, where health cannot be read', () => {
    const snapshot = snapshotOfHealth(() => {
      throw new Error('broken');
    });
    expect(snapshot).toMatchObject({
      overall: 'unknown',
      ready: false,
      checks: [{ status: 'unknown', message: 'health could not be read: broken' }],
    });
  });
});
