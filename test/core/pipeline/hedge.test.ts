import type { HedgeConfig } from '@crossbridge/core/config';
import { describe, expect, it } from 'vitest';
import {
  exactBridge,
  httpError,
  never,
  type OperationInput,
  plainRetry,
  rejection,
  type TestBridge,
  testBridge,
} from '../../support/bridges.ts';

function hedged(hedge: Partial<HedgeConfig> = {}, operation: OperationInput = {}): TestBridge {
  const config: HedgeConfig = { delayMs: 100, quantile: null, maxHedges: 1, mode: 'enforce', ...hedge };
  return exactBridge({ hedge: config }, operation);
}

describe('hedge in the pipeline', () => {
  it('starts a second attempt beside a slow one and takes the first answer', async () => {
    const { bridge, clock, observer } = hedged();
    const aborted: number[] = [];
    const answer = await clock.run(
      bridge.run('op', ({ attempt, signal }) => {
        if (attempt === 2) return 'second';
        signal.addEventListener('abort', () => aborted.push(attempt));
        return never();
      }),
    );
    expect(answer).toBe('second');
    expect(aborted).toEqual([1]);
    expect(clock.pending).toBe(0);
    expect(observer.story).toEqual([
      'call',
      'attempt 1',
      'hedge hedged after 100',
      'attempt 2',
      'attempt 2 success',
      'attempt 1 cancelled cancelled',
      'end success',
    ]);
  });

  it('makes no second attempt when the first answers in time', async () => {
    const { bridge, clock, observer } = hedged();
    await clock.run(bridge.run('op', async () => 'quick'));
    await clock.advance(1_000);
    expect(observer.story).toEqual(['call', 'attempt 1', 'attempt 1 success', 'end success']);
    expect(clock.pending).toBe(0);
  });

  it('goes on with the attempt that is left when the other fails', async () => {
    const { bridge, clock } = hedged();
    const answer = bridge.run('op', async ({ attempt }) => {
      if (attempt === 2) throw httpError(500);
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 300));
      return 'first';
    });
    expect(await clock.run(answer)).toBe('first');
  });

  it('fails with the failure that came first when all fail, and counts hedges as attempts', async () => {
    const { bridge, clock, observer } = hedged({}, { retry: { ...plainRetry, maxAttempts: 2 } });
    const errors = [httpError(500), httpError(502)];
    const error = await rejection(
      clock.run(
        bridge.run('op', async ({ attempt }) => {
          await new Promise<void>((resolve) => clock.setTimeout(resolve, 200));
          throw errors[attempt - 1];
        }),
      ),
    );
    expect(error).toBe(errors[0]);
    expect(observer.story.filter((line) => line.startsWith('retry'))).toEqual(['retry exhausted']);
  });

  it('does not hedge what must not run twice, nor beyond the budget', async () => {
    const single = hedged();
    await rejection(single.clock.run(single.bridge.run('op', never, { idempotent: false, deadlineMs: 500 })));
    expect(single.observer.story).toContain('hedge not_idempotent after 100');
    const poor = hedged({}, { retry: plainRetry, retryBudget: { ratio: 0, minRetriesPerSecond: 0 } });
    await rejection(poor.clock.run(poor.bridge.run('op', never, { deadlineMs: 500 })));
    expect(poor.observer.story).toContain('hedge budget_empty after 100');
  });

  it('says once that it does not hedge a call that the caller could not have run again', async () => {
    const { bridge, clock, observer } = hedged({ maxHedges: 3 }, { retry: plainRetry });
    await rejection(clock.run(bridge.run('op', never, { maxAttempts: 1, deadlineMs: 500 })));
    expect(observer.story.filter((line) => line.startsWith('hedge'))).toEqual(['hedge not_idempotent after 100']);
    expect(observer.ofType('attempt.started')).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('says nothing of a hedge where the policies allow one attempt only, or the attempts are used up', async () => {
    const single = hedged({}, { retry: { ...plainRetry, maxAttempts: 1 } });
    await rejection(single.clock.run(single.bridge.run('op', never, { maxAttempts: 1, deadlineMs: 500 })));
    expect(single.observer.ofType('hedge.decided')).toEqual([]);
    const used = hedged({}, { retry: plainRetry });
    const fn = ({ attempt }: { attempt: number }): Promise<never> =>
      attempt === 1 ? Promise.reject(httpError(503)) : never();
    await rejection(used.clock.run(used.bridge.run('op', fn, { maxAttempts: 2, deadlineMs: 800 })));
    expect(used.observer.ofType('hedge.decided')).toEqual([]);
  });

  it('pays from the budget for no hedge that the breaker or a limit refuses', async () => {
    const slow = (): Promise<string> => new Promise((resolve) => clock.setTimeout(() => resolve('slow'), 150));
    const { bridge, clock, observer } = testBridge({
      hedge: { delayMs: 100 },
      retryBudget: { ratio: 0, minRetriesPerSecond: 0.1 },
      circuitBreaker: { consecutiveFailures: 1, openForMs: 1_000 },
    });
    await rejection(clock.run(bridge.run('op', () => Promise.reject(httpError(500)))));
    await clock.advance(1_000);
    await clock.run(bridge.run('op', slow));
    await clock.run(bridge.run('op', slow));
    expect(observer.ofType('hedge.decided').map(({ decision }) => decision)).toEqual(['circuit_open', 'hedged']);
  });

  it('tells of every loser before the call ends, whatever its observers do with its promises', async () => {
    const { bridge, clock, observer } = hedged({ maxHedges: 2 });
    observer.around = async (_scope, next) => {
      const result = await next();
      await new Promise((resolve) => setImmediate(resolve));
      return result;
    };
    await clock.run(bridge.run('op', ({ attempt }) => (attempt === 3 ? 'third' : never())));
    expect(observer.story.slice(-4)).toEqual([
      'attempt 3 success',
      'attempt 1 cancelled cancelled',
      'attempt 2 cancelled cancelled',
      'end success',
    ]);
    await clock.advance(1_000);
    expect(observer.ofType('attempt.ended')).toHaveLength(3);
  });

  it('only says when it would have hedged in shadow mode', async () => {
    const { bridge, clock, observer } = hedged({ mode: 'shadow' });
    await rejection(clock.run(bridge.run('op', never, { deadlineMs: 500 })));
    expect(observer.story).toContain('hedge hedged (shadow) after 100');
    expect(observer.ofType('attempt.started')).toHaveLength(1);
  });

  it('ends every attempt at once when the caller aborts', async () => {
    const { bridge, clock, observer } = hedged({ maxHedges: 3 });
    const controller = new AbortController();
    const call = bridge.run('op', never, { signal: controller.signal });
    await clock.advance(350);
    controller.abort();
    expect(await rejection(call)).toMatchObject({ name: 'AbortError' });
    expect(observer.ofType('attempt.ended').map(({ outcome }) => outcome)).toEqual(Array(4).fill('cancelled'));
    expect(clock.pending).toBe(0);
  });
});
