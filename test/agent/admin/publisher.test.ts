import type { OverallHealth } from '@crossbridge/core';
import { createBridge } from '@crossbridge/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SnapshotPublisher } from '../../../packages/agent/src/admin/publisher.ts';
import { check } from './fakes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('SnapshotPublisher', () => {
  it('publishes the first snapshot at once, and then what has changed alone', async () => {
    const { config } = createBridge();
    let health: OverallHealth = { overall: 'healthy', checks: [check('a', 'healthy')] };
    const published: OverallHealth['overall'][] = [];
    const publisher = new SnapshotPublisher(
      {
        config,
        state: { health: () => health, ready: () => true },
        observe: () => () => {},
        health: { watch: () => () => {} },
      },
      (json) => published.push(JSON.parse(json).overall),
    );
    const stop = publisher.start();
    expect(published).toEqual(['healthy']);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(published).toEqual(['healthy']);
    health = { overall: 'unhealthy', checks: [check('a', 'unhealthy')] };
    await vi.advanceTimersByTimeAsync(1_000);
    expect(published).toEqual(['healthy', 'unhealthy']);
    publisher.repeat();
    expect(published).toEqual(['healthy', 'unhealthy', 'unhealthy']);
    stop();
    health = { overall: 'healthy', checks: [] };
    await vi.advanceTimersByTimeAsync(5_000);
    expect(published).toHaveLength(3);
  });

  it('publishes a check as soon as it is registered, before the event loop goes on', async () => {
    const bridge = createBridge();
    const published: OverallHealth['overall'][] = [];
    const publisher = new SnapshotPublisher(bridge, (json) => published.push(JSON.parse(json).overall));
    const stop = publisher.start();
    bridge.health.register('db', () => true);
    await Promise.resolve();
    expect(published).toEqual(['healthy', 'unknown']);
    stop();
    bridge.health.unregister('db');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(published).toHaveLength(2);
    bridge.close();
  });

  it('publishes a breaker that opens before the application hears of the failure', async () => {
    const bridge = createBridge({ operations: { search: { circuitBreaker: { consecutiveFailures: 1 } } } });
    const published: OverallHealth['overall'][] = [];
    const publisher = new SnapshotPublisher(bridge, (json) => published.push(JSON.parse(json).overall));
    const stop = publisher.start();
    const fail = () => Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' }));
    await expect(bridge.run('search', fail)).rejects.toThrow('down');
    expect(published).toEqual(['healthy', 'degraded']);
    stop();
  });
});
