import { ConsecutiveBreaker, CountBreaker } from 'cockatiel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BreakerPermit, CircuitBreaker } from '../../../packages/core/src/circuit-breaker/circuit-breaker.ts';
import { RatioBreaker } from '../../../packages/core/src/circuit-breaker/ratio-breaker.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function breakerOn(clock: VirtualClock, halfOpenProbes = 1): { breaker: CircuitBreaker; changes: string[] } {
  const changes: string[] = [];
  const breaker = new CircuitBreaker({
    strategy: () => new ConsecutiveBreaker(2),
    openForMs: 1_000,
    halfOpenProbes,
    clock,
    onChange: (from, to) => changes.push(`${from} > ${to}`),
  });
  return { breaker, changes };
}

function attempt(breaker: CircuitBreaker, result: 'success' | 'failure' | 'ignored'): boolean {
  const permit = breaker.tryAcquire();
  if (permit !== undefined) breaker.record(permit, result);
  return permit !== undefined;
}

function open(breaker: CircuitBreaker): void {
  attempt(breaker, 'failure');
  attempt(breaker, 'failure');
}

describe('CircuitBreaker', () => {
  it('works with any strategy of cockatiel', () => {
    const breaker = new CircuitBreaker({
      strategy: () => new CountBreaker({ threshold: 0.5, size: 4 }),
      openForMs: 1_000,
      halfOpenProbes: 1,
      clock: new VirtualClock(),
    });
    for (const result of ['success', 'failure', 'failure', 'failure'] as const) attempt(breaker, result);
    expect(breaker.state).toBe('open');
  });

  it('forgets, once it has closed, what opened it', () => {
    const clock = new VirtualClock();
    const { breaker } = breakerOn(clock);
    open(breaker);
    clock.jump(1_000);
    attempt(breaker, 'success');
    attempt(breaker, 'failure');
    expect(breaker.state).toBe('closed');
  });

  it('opens again, for the whole time, when a probe fails', () => {
    const clock = new VirtualClock();
    const { breaker, changes } = breakerOn(clock);
    open(breaker);
    clock.jump(1_500);
    attempt(breaker, 'failure');
    expect([breaker.state, breaker.retryAfterMs]).toEqual(['open', 1_000]);
    expect(changes).toEqual(['closed > open', 'open > half_open', 'half_open > open']);
  });

  it('closes only after as many successful probes as configured', () => {
    const clock = new VirtualClock();
    const { breaker } = breakerOn(clock, 3);
    open(breaker);
    clock.jump(1_000);
    const probes = [1, 2, 3, 4].map(() => breaker.tryAcquire());
    expect(probes.map((probe) => probe !== undefined)).toEqual([true, true, true, false]);
    for (const [index, probe] of probes.slice(0, 3).entries()) {
      expect(breaker.state).toBe('half_open');
      breaker.record(probe as BreakerPermit, 'success');
      if (index < 2) expect(breaker.state).toBe('half_open');
    }
    expect(breaker.state).toBe('closed');
  });

  it('is not moved by a result that began before its last change', () => {
    const clock = new VirtualClock();
    const { breaker } = breakerOn(clock);
    const old = breaker.tryAcquire() as BreakerPermit;
    open(breaker);
    clock.jump(1_000);
    const probe = breaker.tryAcquire() as BreakerPermit;
    breaker.record(old, 'failure');
    expect(breaker.state).toBe('half_open');
    breaker.record(probe, 'success');
    expect(breaker.state).toBe('closed');
  });

  it('frees the place of a probe that was cancelled', () => {
    const clock = new VirtualClock();
    const { breaker } = breakerOn(clock);
    open(breaker);
    clock.jump(1_000);
    attempt(breaker, 'ignored');
    expect(attempt(breaker, 'success')).toBe(true);
    expect(breaker.state).toBe('closed');
  });

  it('stays isolated until it is reset', () => {
    const clock = new VirtualClock();
    const { breaker, changes } = breakerOn(clock);
    breaker.isolate();
    clock.jump(1_000_000);
    expect([attempt(breaker, 'success'), breaker.retryAfterMs, breaker.refusesAfter(1e9)]).toEqual([
      false,
      undefined,
      true,
    ]);
    breaker.reset();
    expect(attempt(breaker, 'success')).toBe(true);
    expect(changes).toEqual(['closed > isolated', 'isolated > closed']);
  });

  it('never admits more probes at once than configured, and always lets a healed callee back in', () => {
    const step = fc.record({
      waitMs: fc.integer({ min: 0, max: 700 }),
      result: fc.constantFrom('success', 'failure', 'ignored', 'hangs'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 1, max: 3 }), (steps, probes) => {
        const clock = new VirtualClock();
        const { breaker } = breakerOn(clock, probes);
        let running: { atMs: number }[] = [];
        for (const { waitMs, result } of steps) {
          clock.jump(waitMs);
          const closed = breaker.state === 'closed';
          const permit = breaker.tryAcquire();
          if (permit === undefined) continue;
          if (closed) running = [];
          running = running.filter(({ atMs }) => clock.now() - atMs < 1_000);
          if (permit.probe !== undefined && result === 'hangs') running.push({ atMs: clock.now() });
          expect(running.length).toBeLessThanOrEqual(probes);
          if (result !== 'hangs') breaker.record(permit, result);
        }
        clock.jump(2_000);
        for (let probe = 0; probe < probes + 2; probe += 1) attempt(breaker, 'success');
        expect(breaker.state).toBe('closed');
      }),
    );
  });
});

describe('RatioBreaker', () => {
  const options = { failureRatio: 0.5, minimumCalls: 4, windowMs: 10_000 };

  it('trips at the ratio, not before the minimum of calls', () => {
    const breaker = new RatioBreaker({ ...options, clock: new VirtualClock() });
    expect([breaker.failure(), breaker.failure(), breaker.failure(), breaker.failure()]).toEqual([
      false,
      false,
      false,
      true,
    ]);
    const mixed = new RatioBreaker({ ...options, clock: new VirtualClock() });
    for (let call = 0; call < 5; call += 1) mixed.success();
    expect([1, 2, 3, 4, 5].map(() => mixed.failure())).toEqual([false, false, false, false, true]);
  });

  it('lets failures age out, however long nothing was called', () => {
    const clock = new VirtualClock();
    const breaker = new RatioBreaker({ ...options, clock });
    for (let call = 0; call < 3; call += 1) breaker.failure();
    clock.jump(3_600_000);
    expect(breaker.failure()).toBe(false);
  });

  it('is not confused by a clock that steps back', () => {
    const clock = new VirtualClock();
    const breaker = new RatioBreaker({ ...options, clock });
    for (let call = 0; call < 3; call += 1) breaker.failure();
    clock.jump(-5_000);
    expect(breaker.failure()).toBe(true);
  });

  it('can be saved and restored, as breakers of cockatiel can', () => {
    const clock = new VirtualClock();
    const saved = new RatioBreaker({ ...options, clock });
    for (let call = 0; call < 3; call += 1) saved.failure();
    const restored = new RatioBreaker({ ...options, clock });
    restored.state = structuredClone(saved.state);
    expect(restored.failure()).toBe(true);
  });
});
