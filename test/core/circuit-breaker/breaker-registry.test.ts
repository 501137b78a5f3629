import type { CircuitBreakerConfig } from '@crossbridge/core/config';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BreakerRegistry, OVERFLOW_TARGET } from '../../../packages/core/src/circuit-breaker/breaker-registry.ts';
import type { BreakerPermit, CircuitBreaker } from '../../../packages/core/src/circuit-breaker/circuit-breaker.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { breakerConfig } from './breaker-config.ts';

interface Setup {
  readonly registry: BreakerRegistry;
  readonly clock: VirtualClock;
  readonly changes: string[];
}

function registryOf(config: Partial<CircuitBreakerConfig> = {}): Setup {
  const clock = new VirtualClock();
  const changes: string[] = [];
  const registry = new BreakerRegistry({
    config: breakerConfig({ per: 'target', consecutiveFailures: 2, ...config }),
    clock,
    onChange: (from, to, target) => changes.push(`${target}: ${from} > ${to}`),
  });
  return { registry, clock, changes };
}

function attempt(breaker: CircuitBreaker, result: 'success' | 'failure' | 'ignored'): void {
  const permit = breaker.tryAcquire();
  if (permit !== undefined) breaker.record(permit, result);
}

function open(breaker: CircuitBreaker): void {
  attempt(breaker, 'failure');
  attempt(breaker, 'failure');
}

describe('BreakerRegistry', () => {
  it('gives an operation one breaker, whatever its calls name', () => {
    const { registry } = registryOf({ per: 'operation' });
    expect(registry.of('a.example')).toBe(registry.of(undefined));
    expect(registry.size).toBe(0);
  });

  it('closes the way to a broken target and to no other', () => {
    const { registry, changes } = registryOf();
    open(registry.of('a.example'));
    expect(registry.of('a.example').state).toBe('open');
    expect([registry.of('b.example').state, registry.of(undefined).state]).toEqual(['closed', 'closed']);
    expect(changes).toEqual(['a.example: closed > open']);
  });

  it('is in the worst state of its breakers', () => {
    const { registry, clock } = registryOf();
    expect(registry.state).toBe('closed');
    open(registry.of('a'));
    open(registry.of('b'));
    clock.jump(1_000);
    registry.of('a').tryAcquire();
    expect(registry.state).toBe('open');
    const permit = registry.of('b').tryAcquire();
    expect(registry.state).toBe('half_open');
    registry.of('c').isolate();
    expect(registry.state).toBe('isolated');
    registry.of('b').record(permit as BreakerPermit, 'failure');
    expect(registry.state).toBe('open');
  });

  it('lists what is not closed, and no more than asked for', () => {
    const { registry, clock } = registryOf({ maxTargets: 100 });
    for (let target = 0; target < 50; target += 1) open(registry.of(`host-${target}`));
    clock.jump(400);
    expect(registry.notClosed(2)).toEqual({
      total: 50,
      breakers: [
        { target: 'host-0', state: 'open', retryAfterMs: 600 },
        { target: 'host-1', state: 'open', retryAfterMs: 600 },
      ],
    });
    registry.reset();
    expect(registry.notClosed(2)).toEqual({ total: 0, breakers: [] });
  });

  it('gives the place of an idle, closed target with nothing against it to a newcomer', () => {
    const { registry, changes } = registryOf();
    const [a, b, c] = ['a', 'b', 'c'].map((target) => registry.of(target));
    open(a as CircuitBreaker);
    attempt(b as CircuitBreaker, 'failure');
    attempt(c as CircuitBreaker, 'success');
    open(registry.of('d'));
    expect([registry.of('a'), registry.of('b')]).toEqual([a, b]);
    expect([registry.size, changes.at(-1)]).toEqual([3, 'd: closed > open']);
  });

  it('does not mistake a target that has come back for the one it let go', () => {
    const { registry } = registryOf({ maxTargets: 1 });
    for (const target of ['a', 'b', 'a']) registry.of(target);
    open(registry.of('a'));
    for (const target of ['c', 'd']) registry.of(target);
    expect([registry.of('a').state, registry.size]).toEqual(['open', 1]);
  });

  it('never gives away the place of a target whose attempt is under way', () => {
    const { registry } = registryOf({ maxTargets: 1 });
    const permit = registry.of('a').tryAcquire() as BreakerPermit;
    const shared = registry.of('b');
    expect(registry.of('c')).toBe(shared);
    registry.of('a').record(permit, 'success');
    expect(registry.of('b')).not.toBe(shared);
  });

  it('lets newcomers share one breaker while no place can be given away', () => {
    const { registry, changes } = registryOf();
    for (const target of ['a', 'b', 'c']) open(registry.of(target));
    const shared = registry.of('d');
    expect(registry.of('e')).toBe(shared);
    open(shared);
    expect(changes.at(-1)).toBe(`${OVERFLOW_TARGET}: closed > open`);
    expect(registry.size).toBe(3);
  });

  it('waits for a time window to empty, and for the results of a count long enough', () => {
    const timed = registryOf({ consecutiveFailures: null, maxTargets: 1 });
    attempt(timed.registry.of('a'), 'success');
    const shared = timed.registry.of('b');
    expect(timed.registry.of('b')).toBe(shared);
    timed.clock.jump(10_000);
    expect(timed.registry.of('b')).not.toBe(shared);

    const counted = registryOf({ maxTargets: 1 });
    const a = counted.registry.of('a');
    attempt(a, 'failure');
    counted.registry.of('b');
    counted.clock.jump(99_000);
    attempt(a, 'ignored');
    counted.registry.of('b');
    counted.clock.jump(99_000);
    counted.registry.of('b');
    expect(counted.registry.of('a')).toBe(a);
    counted.clock.jump(1_000);
    counted.registry.of('b');
    expect(counted.registry.of('a')).not.toBe(a);
  });

  it('keeps a target whose attempt hangs, however long', () => {
    const { registry, clock } = registryOf({ maxTargets: 1 });
    const a = registry.of('a');
    a.tryAcquire();
    for (let look = 0; look < 3; look += 1) {
      registry.of('b');
      clock.jump(1e9);
    }
    expect(registry.of('a')).toBe(a);
  });

  it('holds every target open until it is reset, newcomers included', () => {
    const { registry } = registryOf();
    registry.of('a');
    registry.isolate();
    expect([registry.of('a'), registry.of('b'), registry.of(undefined)].map(({ state }) => state)).toEqual([
      'isolated',
      'isolated',
      'isolated',
    ]);
    registry.reset();
    expect([registry.state, registry.of('c').state]).toEqual(['closed', 'closed']);
  });

  it('keeps the state of every target when it is configured anew', () => {
    const { registry, clock } = registryOf();
    open(registry.of('a'));
    attempt(registry.of('b'), 'failure');
    clock.jump(300);
    registry.configure(breakerConfig({ per: 'target', consecutiveFailures: 2, openForMs: 9_000 }));
    attempt(registry.of('b'), 'failure');
    expect([registry.of('a').retryAfterMs, registry.of('b').retryAfterMs]).toEqual([700, 9_000]);
  });

  it('shrinks to a lower bound as breakers become idle', () => {
    const { registry } = registryOf({ maxTargets: 10 });
    for (let target = 0; target < 10; target += 1) registry.of(`host-${target}`);
    registry.configure(breakerConfig({ per: 'target', maxTargets: 2 }));
    registry.of('newcomer');
    expect(registry.size).toBe(2);
  });

  it('forgets targets when it shall have none, and hears no more of their attempts', () => {
    const { registry, changes } = registryOf();
    open(registry.of('a'));
    const b = registry.of('b');
    const permits = [b.tryAcquire(), b.tryAcquire()];
    registry.configure(breakerConfig({ per: 'operation', consecutiveFailures: 2 }));
    expect(registry.state).toBe('closed');
    for (const permit of permits) b.record(permit as BreakerPermit, 'failure');
    expect([registry.state, registry.notClosed(9).total, changes.length]).toEqual(['closed', 0, 1]);
  });

  it('holds no more than its bound, keeps every breaker that matters, and knows its state', () => {
    const step = fc.record({
      target: fc.integer({ min: 0, max: 9 }).map((index) => `host-${index}`),
      what: fc.constantFrom('success', 'failure', 'start', 'finish'),
      waitMs: fc.integer({ min: 0, max: 600 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 5 }), (steps, maxTargets) => {
        const { registry, clock } = registryOf({
          consecutiveFailures: null,
          windowMs: 2_000,
          maxTargets,
          minimumCalls: 2,
        });
        const known = new Map<string, CircuitBreaker>();
        const running: [CircuitBreaker, BreakerPermit][] = [];
        for (const { target, what, waitMs } of steps) {
          clock.jump(waitMs);
          const mattered = [...known].filter(([, breaker]) => !breaker.disposable);
          const before = registry.size;
          const breaker = registry.of(target);
          if (registry.size > before || known.get(target) === breaker) known.set(target, breaker);
          for (const [name, kept] of mattered) if (name === target) expect(breaker).toBe(kept);
          if (what === 'start') {
            const permit = breaker.tryAcquire();
            if (permit !== undefined) running.push([breaker, permit]);
          } else if (what === 'finish') {
            const [own, permit] = running.pop() ?? [];
            if (own !== undefined && permit !== undefined) own.record(permit, 'failure');
          } else attempt(breaker, what);
          expect(registry.size).toBeLessThanOrEqual(maxTargets);
          const { total, breakers } = registry.notClosed(100);
          expect(breakers).toHaveLength(total);
          expect(registry.state === 'closed').toBe(total === 0);
          for (const open of breakers) {
            if (open.target !== OVERFLOW_TARGET && open.target !== undefined) {
              expect(registry.of(open.target).state).toBe(open.state);
            }
          }
        }
      }),
    );
  });
});
