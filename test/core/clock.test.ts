import { execFile } from 'node:child_process';
import { mock } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Clock, createBridge, systemClock } from '@crossbridge/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Wait } from '../../packages/core/src/shared-timers.ts';
import { never, rejection } from '../support/bridges.ts';
import { settle } from '../support/virtual-clock.ts';

const config = { operations: { op: { timeout: { attemptMs: 10_000 } } } };

function sharesTimers(clock: Clock): boolean {
  const timer = clock.setSharedTimeout?.(() => {}, 60_000, clock.now());
  clock.clearTimeout(timer);
  return timer instanceof Wait;
}

/** Whether a call has ended by now. */
function watch(call: Promise<unknown>): { readonly ended: boolean } {
  const seen = { ended: false };
  const end = (): void => {
    seen.ended = true;
  };
  call.then(end, end);
  return seen;
}

afterEach(() => {
  vi.useRealTimers();
  mock.timers.reset();
});

describe('timers that calls share on the system clock', () => {
  it('are shared as long as nobody fakes time', () => {
    expect(sharesTimers(systemClock)).toBe(true);
    vi.useFakeTimers();
    expect(sharesTimers(systemClock)).toBe(false);
    vi.useRealTimers();
    expect(sharesTimers(systemClock)).toBe(true);
    vi.useFakeTimers({ toFake: ['performance'] });
    expect(sharesTimers(systemClock)).toBe(false);
  });

  it('are not shared by a copy of the clock, which may have timers of its own', () => {
    const copy: Clock = { ...systemClock };
    expect(copy.setSharedTimeout).toBeUndefined();
  });

  it('time out under the fake timers of a test suite, even after some of another test were dropped', async () => {
    const bridge = createBridge(config);
    await bridge.run('op', async () => 'with real timers');
    for (let test = 0; test < 2; test += 1) {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      const dropped = watch(bridge.run('op', never));
      vi.clearAllTimers();
      const call = bridge.run('op', never);
      const outcome = rejection(call);
      const seen = watch(call);
      await vi.advanceTimersByTimeAsync(9_999);
      expect(seen.ended).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(await outcome).toMatchObject({ code: 'attempt_timeout' });
      expect(dropped.ended).toBe(false);
      expect(vi.getTimerCount()).toBe(0);
      vi.useRealTimers();
    }
  });

  it('leave no timer to be counted by a test suite', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    await createBridge(config).run('op', async () => 'quick');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('time out under timers that are mocked without the clock, as those of node:test are', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const call = createBridge(config).run('op', never);
    const outcome = rejection(call);
    mock.timers.tick(9_999);
    const seen = watch(call);
    await settle();
    expect(seen.ended).toBe(false);
    mock.timers.tick(1);
    expect(await outcome).toMatchObject({ code: 'attempt_timeout' });
  });

  it('are not trusted when they were faked before the package was loaded', async () => {
    vi.useFakeTimers();
    vi.resetModules();
    const { systemClock: late } = await import('../../packages/core/src/clock.ts');
    expect(late.setSharedTimeout?.(() => {}, 1, late.now())).toHaveProperty('unref');
    expect(vi.getTimerCount()).toBe(1);
  });
});

describe('a process that makes calls', () => {
  const run = promisify(execFile);
  const core = fileURLToPath(new URL('../../packages/core/src/index.ts', import.meta.url));

  function node(script: string): Promise<{ stdout: string }> {
    const source = `import { createBridge } from ${JSON.stringify(core)};\n${script}`;
    const flags = ['--conditions=crossbridge-source', '--input-type=module', '--eval', source];
    // It ends by itself long before, or the test fails.
    return run(process.execPath, flags, { timeout: 30_000 });
  }

  it('ends as soon as its calls have, however long their timeouts are', async () => {
    const { stdout } = await node(`
      const bridge = createBridge({ operations: { op: { timeout: { attemptMs: 3_600_000, totalMs: 7_200_000 } } } });
      console.log(await bridge.run('op', async () => 'done'));
    `);
    expect(stdout).toBe('done\n');
  });

  it('stays alive until a call has timed out that nothing else keeps it alive for', async () => {
    const { stdout } = await node(`
      const bridge = createBridge({ operations: { op: { timeout: { attemptMs: 300 } } } });
      await bridge.run('op', async () => 'first');
      bridge.run('op', () => new Promise(() => {})).catch(({ code }) => console.log(code));
    `);
    expect(stdout).toBe('attempt_timeout\n');
  });
});
