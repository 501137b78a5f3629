import { ValidationError } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { failing, httpError, never, plainRetry, rejection, testBridge } from '../../support/bridges.ts';
import { settle } from '../../support/virtual-clock.ts';

const fragile = { consecutiveFailures: 2, openForMs: 10_000, halfOpenProbes: 1 } as const;

describe('circuit breaker in the pipeline', () => {
  it('opens, refuses at once with the time that is left, admits a probe, and closes', async () => {
    const { bridge, clock, observer } = testBridge({ circuitBreaker: fragile });
    for (let call = 0; call < 2; call += 1) await rejection(bridge.run('op', failing([httpError(500)], 1)));
    await clock.advance(4_000);
    const fn = failing([], 'up again');
    expect(await rejection(bridge.run('op', fn))).toMatchObject({ code: 'circuit_open', retryAfterMs: 6_000 });
    expect(fn.calls).toBe(0);
    await clock.advance(6_000);
    expect(await bridge.run('op', fn)).toBe('up again');
    expect(observer.story.filter((line) => line.startsWith('circuit'))).toEqual([
      'circuit closed > open',
      'circuit refused',
      'circuit open > half_open',
      'circuit half_open > closed',
    ]);
    expect(observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual([
      'error',
      'error',
      'rejected',
      'success',
    ]);
  });

  it('names the call that moved it', async () => {
    const { bridge, observer } = testBridge({ circuitBreaker: { ...fragile, consecutiveFailures: 1 } });
    await rejection(bridge.run('op', failing([httpError(500)], 1), { key: 'user:1' }));
    expect(observer.ofType('circuit_breaker.changed')[0]?.call).toMatchObject({ key: 'user:1', attempts: 1 });
  });

  it('sees every attempt of a call, and ends the call with the failure of the callee once it is open', async () => {
    const { bridge, clock, observer } = testBridge({
      circuitBreaker: fragile,
      retry: { ...plainRetry, maxAttempts: 5 },
    });
    const errors = [httpError(500), httpError(502), httpError(503)];
    const fn = failing(errors, 1);
    expect(await rejection(clock.run(bridge.run('op', fn)))).toBe(errors[1]);
    expect(fn.calls).toBe(2);
    const story = observer.story.filter((line) => !line.startsWith('health'));
    expect(story.slice(-2)).toEqual(['retry circuit_open', 'end error 502']);
  });

  it('takes an answer about the request as a sign of life', async () => {
    const { bridge } = testBridge({ circuitBreaker: fragile });
    for (const error of [httpError(500), httpError(404), httpError(500), new ValidationError('bad'), httpError(500)]) {
      await rejection(bridge.run('op', failing([error], 1)));
    }
    expect(await bridge.run('op', async () => 'closed')).toBe('closed');
  });

  it('counts attempts that time out, but not calls whose own caller had no time', async () => {
    const { bridge, clock, observer } = testBridge({ circuitBreaker: fragile, timeout: { attemptMs: 1_000 } });
    for (let call = 0; call < 3; call += 1) await rejection(clock.run(bridge.run('op', never, { deadlineMs: 10 })));
    expect(observer.ofType('circuit_breaker.changed')).toEqual([]);
    for (let call = 0; call < 2; call += 1) await rejection(clock.run(bridge.run('op', never)));
    expect(observer.story).toContain('circuit closed > open');
  });

  it('admits no more probes than configured while half-open and refuses the others at once', async () => {
    const { bridge, clock } = testBridge({ circuitBreaker: fragile });
    for (let call = 0; call < 2; call += 1) await rejection(bridge.run('op', failing([httpError(500)], 1)));
    await clock.advance(10_000);
    const probe = new AbortController();
    const hung = bridge.run('op', never, { signal: probe.signal });
    await settle();
    expect(await rejection(bridge.run('op', async () => 1))).toMatchObject({ code: 'circuit_open' });
    // A probe that hangs cannot block the circuit for ever: after the open time its place goes to another.
    await clock.advance(10_000);
    expect(await bridge.run('op', async () => 'healed')).toBe('healed');
    probe.abort();
    await rejection(hung);
  });

  it('only records what it would have done in shadow mode', async () => {
    const { bridge, observer } = testBridge({ circuitBreaker: { ...fragile, mode: 'shadow' }, retry: plainRetry });
    for (let call = 0; call < 2; call += 1) await rejection(bridge.run('op', failing([httpError(400)], 1)));
    for (let call = 0; call < 2; call += 1) {
      await rejection(bridge.run('op', failing([httpError(500)], 1), { maxAttempts: 1 }));
    }
    expect(await bridge.run('op', async () => 'ran')).toBe('ran');
    expect(observer.ofType('circuit_breaker.rejected').map(({ mode }) => mode)).toEqual(['shadow']);
  });
});
