import { mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watchRuntimeConfig } from '@crossbridge/core/config';
import { expect, it, vi } from 'vitest';
import { VirtualClock } from '../../support/virtual-clock.ts';

vi.mock('node:fs', async (original) => ({ ...(await original<object>()), watch: vi.fn() }));

it('the file is looked at every 5 s where the system has no watch left', async () => {
  vi.mocked(watch).mockImplementation(() => {
    throw Object.assign(new Error('System limit for number of file watchers reached'), { code: 'ENOSPC' });
  });
  const root = mkdtempSync(join(tmpdir(), 'crossbridge-blind-'));
  const file = join(root, 'crossbridge.yml');
  const write = (port: number): void => writeFileSync(file, `runtime: {admin: {port: ${port}}}`);
  const clock = new VirtualClock();
  const told: unknown[] = [];
  write(1);
  const watcher = watchRuntimeConfig({
    file,
    env: {},
    clock,
    debounceMs: 100,
    onChange: ({ admin }) => told.push(admin.port),
    onError: (error) => told.push(error),
  });
  try {
    await clock.advance(100);
    write(2);
    await clock.advance(5099);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual([2]);
    write(3);
    await clock.advance(5100);
    expect(told).toEqual([2, 3]);
  } finally {
    watcher.close();
    rmSync(root, { recursive: true });
  }
  expect(clock.pending).toBe(0);
});
