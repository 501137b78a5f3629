import { describe, expect, it } from 'vitest';
import { exactBridge, failing, httpError, never, plainRetry, rejection, testBridge } from '../../support/bridges.ts';
import { settle } from '../../support/virtual-clock.ts';

describe('fallback in the pipeline', () => {
  it('answers with a value when every attempt has failed, and the story still tells the failure', async () => {
    const { bridge, clock, observer } = testBridge({ retry: { ...plainRetry, maxAttempts: 2 } });
    const call = bridge.run('op', failing([httpError(500), httpError(500)], 'real'), { fallback: { value: 'spare' } });
    expect(await clock.run(call)).toBe('spare');
    expect(observer.story.slice(-3)).toEqual(['retry exhausted', 'fallback for 500', 'end error 500']);
  });

  it('answers with what a function makes of the failure', async () => {
    const { bridge } = testBridge({ rateLimit: { capacity: 1, windowSeconds: 60 } });
    await bridge.run('op', () => 1);
    const seen = await bridge.run('op', () => 1 as unknown, { fallback: async (error) => error });
    expect(seen).toMatchObject({ code: 'rate_limited' });
  });

  it('does not answer for a caller that has gone, nor where the call succeeds', async () => {
    const { bridge } = testBridge({});
    const controller = new AbortController();
    const call = bridge.run('op', never, { signal: controller.signal, fallback: () => expect.fail() });
    await settle();
    controller.abort();
    expect(await rejection(call)).toMatchObject({ name: 'AbortError' });
    expect(await bridge.run('op', () => 'real', { fallback: { value: 'spare' } })).toBe('real');
  });

  it('fails with what the fallback throws', async () => {
    const { bridge } = testBridge({});
    const error = new Error('no spare either');
    const call = bridge.run('op', failing([httpError(500)], 1), {
      fallback: () => {
        throw error;
      },
    });
    expect(await rejection(call)).toBe(error);
  });
});

it.each([5, 'cached', {}, [], null, { valeu: 1 }])('refuses a fallback that is none: %j', async (fallback) => {
  const { bridge } = testBridge({});
  const call = bridge.run('op', failing([httpError(500)], 1), { fallback: fallback as never });
  expect(await rejection(call)).toMatchObject({ code: 'invalid_argument' });
});

describe('timeouts in shadow mode', () => {
  it('say what they would have ended, and end nothing', async () => {
    const { bridge, clock, observer } = exactBridge({ timeout: { totalMs: 500, attemptMs: 100, mode: 'shadow' } });
    const call = bridge.run('op', async () => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 1_000));
      return 'late';
    });
    expect(await clock.run(call)).toBe('late');
    expect(observer.story).toContain('timeout attempt (shadow)');
    expect(observer.story).toContain('timeout total (shadow)');
    expect(clock.pending).toBe(0);
  });
});
