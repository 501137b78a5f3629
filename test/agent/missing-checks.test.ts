import { createBridge } from '@crossbridge/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { warnOfMissingChecks } from '../../packages/agent/src/missing-checks.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function watched() {
  const providers = { database: {}, cache: {}, queue: { enabled: false } };
  const bridge = createBridge({ healthChecks: { enabled: false, providers } });
  const lines: string[] = [];
  warnOfMissingChecks(bridge.health, (line) => lines.push(line));
  return { registry: bridge.health, lines };
}

describe('checks that the config names and nobody registers', () => {
  it('are told once, after ten seconds, with how to register one', async () => {
    const { registry, lines } = watched();
    registry.register('cache', () => true);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(lines).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(lines).toEqual([expect.stringContaining('names database, but nothing is registered under that name')]);
    expect(lines[0]).toContain('getHealthRegistry().register("database", ');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lines).toHaveLength(1);
  });

  it('are all named', async () => {
    const { lines } = watched();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(lines).toEqual([expect.stringContaining('names database, cache, but nothing is registered under these')]);
  });

  it('are not missing once they are registered', async () => {
    const { registry, lines } = watched();
    registry.register('cache', () => true);
    registry.register('database', () => true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lines).toEqual([]);
  });
});
