import { describe, expect, it } from 'vitest';
import { failing, httpError, type OperationInput, plainRetry, rejection } from '../../support/bridges.ts';
import { everything, plainBridge } from '../../support/plain-observer.ts';

describe('a call of which anything else comes', () => {
  it('is told from its beginning once its attempt has failed, in no context', async () => {
    const { bridge, clock, observer } = plainBridge(everything);
    await clock.run(bridge.run('op', failing([httpError(503)], 1)));
    expect(observer.story).toEqual([
      'call',
      'limit admitted',
      'attempt 1',
      'attempt 1 error 503',
      'retry retried in 100 (backoff)',
      'attempt 2',
      'attempt 2 success',
      'end success',
    ]);
    expect([observer.calls, observer.scopes]).toEqual([[], []]);
  });

  it('is told with the limit of its key and what is left of it now', async () => {
    const { bridge, clock, observer } = plainBridge({ rateLimit: { capacity: 4, windowSeconds: 4 } });
    await bridge.run('op', async () => 1, { cost: 3 });
    const call = rejection(bridge.run('op', () => clock.setTimeout(() => {}, 1) && Promise.reject(httpError(400))));
    await clock.run(call);
    expect(observer.ofType('rate_limit.decided')).toEqual([
      expect.objectContaining({ rateLimit: 'op', limit: 4, remaining: 0, waitMs: 0, retryAfterMs: 0, mode: 'enforce' }),
    ]);
  });

  it.each<[string, OperationInput, string[]]>([
    [
      'a limit refuses it',
      { rateLimit: { capacity: 1, windowSeconds: 60 } },
      ['call', 'limit throttled', 'end throttled rate_limited'],
    ],
    [
      'a limit that only watches is asked',
      { rateLimit: { capacity: 1, windowSeconds: 60, mode: 'shadow' } },
      ['call', 'limit throttled', 'attempt 1', 'attempt 1 success', 'end success'],
    ],
    [
      'it waits for tokens',
      { rateLimit: { capacity: 1, windowSeconds: 1, maxWaitMs: 2_000 } },
      ['call', 'limit admitted', 'attempt 1', 'attempt 1 success', 'end success'],
    ],
  ])('is told when %s', async (_, op, story) => {
    const { bridge, clock, observer, taking } = plainBridge(op);
    await clock.run(bridge.run('op', taking(1)));
    observer.events.length = 0;
    observer.calls.length = 0;
    await clock.run(bridge.run('op', taking(1)).catch(() => undefined));
    expect([observer.story, observer.calls]).toEqual([story, []]);
  });

  it('is told when it waits for a slot, has no slot, or passes beside a bulkhead that only watches', async () => {
    const { bridge, clock, observer, taking } = plainBridge({ bulkhead: { limit: 1, queue: 1 } });
    const calls = [0, 1, 2].map(() => bridge.run('op', taking(10)).catch(() => undefined));
    await clock.run(Promise.all(calls));
    expect(observer.story).toEqual([
      ...['call', 'no slot', 'end rejected bulkhead_full'],
      ...['call', 'slot after 10', 'attempt 1', 'attempt 1 success', 'end success'],
    ]);
    expect(observer.calls).toHaveLength(1);
    const shadow = plainBridge({ bulkhead: { limit: 1, mode: 'shadow' } });
    const both = [0, 1].map(() => shadow.bridge.run('op', shadow.taking(10)));
    await shadow.clock.run(Promise.all(both));
    expect(shadow.observer.story).toEqual(['call', 'no slot', 'attempt 1', 'attempt 1 success', 'end success']);
  });

  it('is told before the breaker that it moves, on its way there and back', async () => {
    const { bridge, clock, observer } = plainBridge({ circuitBreaker: { consecutiveFailures: 1, openForMs: 100 } });
    await rejection(bridge.run('op', failing([httpError(500)], 1)));
    await rejection(bridge.run('op', async () => 1));
    await clock.advance(150);
    await bridge.run('op', async () => 1);
    expect(observer.story.filter((line) => !/^(features|health)/.test(line))).toEqual([
      ...['call', 'attempt 1', 'circuit closed > open', 'attempt 1 error 500', 'end error 500'],
      ...['call', 'circuit refused', 'end rejected circuit_open'],
      ...[
        'call',
        'circuit open > half_open',
        'attempt 1',
        'circuit half_open > closed',
        'attempt 1 success',
        'end success',
      ],
    ]);
    expect(observer.calls).toEqual([]);
  });

  it('is told when time runs out, be it only watched', async () => {
    const { bridge, clock, observer, taking } = plainBridge({
      timeout: { totalMs: 50, attemptMs: 20, mode: 'shadow' },
    });
    await clock.run(bridge.run('op', taking(10)));
    expect(observer.calls).toHaveLength(1);
    await clock.run(bridge.run('op', taking(70)));
    expect(observer.story).toEqual([
      ...['call', 'attempt 1', 'timeout attempt (shadow)', 'timeout total (shadow)'],
      ...['attempt 1 success', 'end success'],
    ]);
  });

  it('is told when its caller gives it up, or has nothing to run for', async () => {
    const { bridge, clock, observer, taking } = plainBridge(everything);
    const controller = new AbortController();
    const call = rejection(bridge.run('op', taking(50), { signal: controller.signal }));
    controller.abort(new Error('not wanted'));
    await clock.run(call);
    await rejection(bridge.run('op', async () => 1, { signal: controller.signal }));
    await rejection(bridge.run('op', async () => 1, { cost: 3 }));
    expect(observer.story).toEqual([
      ...[
        'call',
        'limit admitted',
        'attempt 1',
        'attempt 1 cancelled cancelled',
        'retry cancelled',
        'end cancelled cancelled',
      ],
      ...['call', 'end cancelled cancelled'],
      ...['call', 'end error invalid_argument'],
    ]);
  });

  it('is told of limits that are asked without a call, which has no end', async () => {
    const { bridge, observer } = plainBridge({ rateLimit: { capacity: 1, windowSeconds: 60 } });
    bridge.checkRateLimit('key', 'op');
    bridge.checkRateLimit('key', 'op');
    expect([observer.story, observer.calls]).toEqual([['limit admitted', 'limit throttled'], []]);
  });

  it('is told with the retries that its own callback hears of', async () => {
    const { bridge, clock, observer } = plainBridge({});
    const retried: number[] = [];
    const onRetry = (attempt: number): unknown => retried.push(attempt);
    await clock.run(bridge.retry(failing([httpError(503)], 1), plainRetry, { onRetry }));
    await clock.run(bridge.retry(async () => 1, plainRetry, { onRetry }));
    expect(retried).toEqual([1]);
    expect(observer.story).toContain('retry retried in 100 (backoff)');
    expect(observer.calls.map(({ operation }) => operation)).toEqual(['retry.custom']);
  });
});
