import { ConsecutiveBreaker, CountBreaker } from 'cockatiel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BreakerPermit, CircuitBreaker } from '../../../packages/core/src/circuit-breaker/circuit-breaker.ts';
import { CountWindow } from '../../../packages/core/src/circuit-breaker/count-window.ts';
import { RatioBreaker } from '../../../packages/core/src/circuit-breaker/ratio-breaker.ts';
import { StreakBreaker } from '../../../packages/core/src/circuit-breaker/streak-breaker.ts';
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

/** Opens when half of the last four attempts failed or took more than 500 ms. */
function slowBreaker(clock: VirtualClock): { breaker: CircuitBreaker; changes: string[] } {
  const changes: string[] = [];
  const breaker = new CircuitBreaker({
    strategy: () =>
      new RatioBreaker({
        window: new CountWindow(4),
        failureRatio: 0.5,
        minimumCalls: 4,
        slowCallMs: 500,
        slowCallRatio: 0.5,
      }),
    openForMs: 1_000,
    halfOpenProbes: 1,
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

  it('closes although every attempt takes longer than the circuit stays open, however many calls come', () => {
    const clock = new VirtualClock();
    const { breaker, changes } = breakerOn(clock);
    open(breaker);
    clock.jump(1_000);
    const running: { permit: BreakerPermit; endsAtMs: number }[] = [];
    for (let step = 0; step < 100 && breaker.state !== 'closed'; step += 1) {
      const permit = breaker.tryAcquire();
      if (permit !== undefined) running.push({ permit, endsAtMs: clock.now() + 5_000 });
      clock.jump(100);
      while ((running[0]?.endsAtMs ?? Number.POSITIVE_INFINITY) <= clock.now()) {
        breaker.record((running.shift() as { permit: BreakerPermit }).permit, 'success');
      }
    }
    expect(changes).toEqual(['closed > open', 'open > half_open', 'half_open > closed']);
  });

  it('opens again when a probe fails late, its place long given to another', () => {
    const clock = new VirtualClock();
    const { breaker } = breakerOn(clock);
    open(breaker);
    clock.jump(1_000);
    const late = breaker.tryAcquire() as BreakerPermit;
    clock.jump(1_000);
    const second = breaker.tryAcquire() as BreakerPermit;
    breaker.record(late, 'failure');
    expect([breaker.state, breaker.retryAfterMs]).toEqual(['open', 1_000]);
    breaker.record(second, 'success');
    expect(breaker.state).toBe('open');
  });

  it.each([
    [{ halfOpenProbes: 0 }, 'halfOpenProbes of CircuitBreaker must be a whole number of at least 1, got 0'],
    [{ halfOpenProbes: Number.NaN }, 'halfOpenProbes of CircuitBreaker must be a whole number of at least 1, got NaN'],
    [{ openForMs: -1 }, 'openForMs of CircuitBreaker must be a number of at least 0, got -1'],
    [{ openForMs: '5' }, 'openForMs of CircuitBreaker must be a number of at least 0, got "5"'],
    [
      { strategy: new ConsecutiveBreaker(2) },
      'strategy of CircuitBreaker must be a function that makes a breaker, got an object',
    ],
  ])('refuses %j, with which it could never close', (settings, message) => {
    const sound = { strategy: () => new ConsecutiveBreaker(2), openForMs: 1_000, halfOpenProbes: 1 };
    const odd = { ...sound, ...settings } as typeof sound;
    expect(() => new CircuitBreaker({ ...odd, clock: new VirtualClock() })).toThrow(message);
    const { breaker } = breakerOn(new VirtualClock());
    expect(() => breaker.configure(odd)).toThrow(message);
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

  it('opens at a slow share of attempts that all succeed', () => {
    const { breaker } = slowBreaker(new VirtualClock());
    for (const durationMs of [10, 500, 501]) {
      breaker.record(breaker.tryAcquire() as BreakerPermit, 'success', durationMs);
    }
    expect(breaker.state).toBe('closed');
    breaker.record(breaker.tryAcquire() as BreakerPermit, 'success', 9_000);
    expect(breaker.state).toBe('open');
  });

  it('opens again when a probe is slow, even if it succeeds', () => {
    const clock = new VirtualClock();
    const { breaker, changes } = slowBreaker(clock);
    for (let call = 0; call < 4; call += 1) breaker.record(breaker.tryAcquire() as BreakerPermit, 'failure', 1);
    clock.jump(1_000);
    breaker.record(breaker.tryAcquire() as BreakerPermit, 'success', 501);
    expect([breaker.state, breaker.retryAfterMs]).toEqual(['open', 1_000]);
    clock.jump(1_000);
    breaker.record(breaker.tryAcquire() as BreakerPermit, 'success', 500);
    expect(changes.slice(-2)).toEqual(['open > half_open', 'half_open > closed']);
  });

  it('does not count attempts that were cancelled, however long they took', () => {
    const { breaker } = slowBreaker(new VirtualClock());
    for (let call = 0; call < 20; call += 1) breaker.record(breaker.tryAcquire() as BreakerPermit, 'ignored', 9_000);
    expect([breaker.state, breaker.disposable]).toEqual(['closed', true]);
  });

  it('says that a probe is due although nobody has called since', () => {
    const clock = new VirtualClock();
    const { breaker } = breakerOn(clock);
    open(breaker);
    clock.jump(999);
    expect([breaker.state, breaker.probeDue]).toEqual(['open', false]);
    clock.jump(1);
    expect([breaker.state, breaker.probeDue, breaker.retryAfterMs]).toEqual(['open', true, 0]);
  });

  it('is idle only while no attempt is under way, and disposable only while nothing speaks against the callee', () => {
    const { breaker } = breakerOn(new VirtualClock());
    breaker.configure({ strategy: () => new StreakBreaker(2, undefined), openForMs: 1_000, halfOpenProbes: 1 });
    const permit = breaker.tryAcquire() as BreakerPermit;
    expect([breaker.idle, breaker.disposable]).toEqual([false, false]);
    expect(breaker.activity).toBe(1);
    breaker.record(permit, 'failure');
    expect([breaker.idle, breaker.disposable, breaker.activity]).toEqual([true, false, 2]);
    attempt(breaker, 'success');
    expect(breaker.disposable).toBe(true);
  });

  describe('when it is configured anew', () => {
    const settings = { strategy: () => new StreakBreaker(2, undefined), openForMs: 60_000, halfOpenProbes: 1 };

    it('stays open until the time it was opened for, and opens for the new time the next time', () => {
      const clock = new VirtualClock();
      const { breaker, changes } = breakerOn(clock);
      open(breaker);
      clock.jump(400);
      breaker.configure(settings);
      expect([breaker.state, breaker.retryAfterMs]).toEqual(['open', 600]);
      clock.jump(600);
      attempt(breaker, 'failure');
      expect(breaker.retryAfterMs).toBe(60_000);
      expect(changes).toEqual(['closed > open', 'open > half_open', 'half_open > open']);
    });

    it('keeps the failures seen so far', () => {
      const { breaker } = breakerOn(new VirtualClock());
      breaker.configure({ ...settings, strategy: () => new StreakBreaker(3, undefined) });
      attempt(breaker, 'failure');
      attempt(breaker, 'failure');
      breaker.configure(settings);
      attempt(breaker, 'failure');
      expect(breaker.state).toBe('open');
    });

    it('takes the results of attempts that were under way', () => {
      const { breaker } = breakerOn(new VirtualClock());
      const permits = [breaker.tryAcquire(), breaker.tryAcquire()];
      breaker.configure(settings);
      for (const permit of permits) breaker.record(permit as BreakerPermit, 'failure');
      expect(breaker.state).toBe('open');
    });

    it('closes when it has seen as many good probes as are needed now', () => {
      const clock = new VirtualClock();
      const { breaker } = breakerOn(clock, 3);
      open(breaker);
      clock.jump(1_000);
      attempt(breaker, 'success');
      attempt(breaker, 'success');
      breaker.configure({ ...settings, halfOpenProbes: 2 });
      expect([breaker.state, attempt(breaker, 'success')]).toEqual(['closed', true]);
    });

    it('stays isolated', () => {
      const { breaker } = breakerOn(new VirtualClock());
      breaker.isolate();
      breaker.configure(settings);
      expect([breaker.state, attempt(breaker, 'success')]).toEqual(['isolated', false]);
    });
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
