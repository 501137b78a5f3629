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
    expect(registry.of('a')).toBe(a);
    expect(registry.of('b')).toBe(b);
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

  it('counts from the end of an attempt that took long, not from its start', () => {
    const { registry, clock } = registryOf({ maxTargets: 1 });
    const a = registry.of('a');
    const permit = a.tryAcquire() as BreakerPermit;
    registry.of('b');
    clock.jump(99_000);
    a.record(permit, 'failure');
    clock.jump(1_000);
    registry.of('b');
    expect(registry.of('a')).toBe(a);
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

  describe('when nobody calls a broken target any more', () => {
    const minute = 60_000;

    it('gives its place away ten minutes after a probe was due, and says that it counts no more', () => {
      const { registry, clock, changes } = registryOf({ maxTargets: 1 });
      open(registry.of('a'));
      clock.jump(1_000 + 10 * minute - 1);
      const shared = registry.of('b');
      expect(registry.of('c')).toBe(shared);
      expect(registry.control('a')?.state).toBe('open');
      clock.jump(1);
      expect(registry.of('b')).not.toBe(shared);
      expect([registry.size, changes.at(-1)]).toEqual([1, 'a: open > closed']);
      clock.jump(10 * minute);
      expect([registry.of('a').state, registry.size]).toEqual(['closed', 1]);
    });

    it('waits ten times as long as its circuit stays open, where that is longer', () => {
      const { registry, clock } = registryOf({ maxTargets: 1, openForMs: 2 * minute });
      open(registry.of('a'));
      clock.jump(22 * minute - 1);
      const shared = registry.of('b');
      clock.jump(1);
      expect(registry.of('b')).not.toBe(shared);
    });

    it('counts from the last probe that failed', () => {
      const { registry, clock } = registryOf({ maxTargets: 1 });
      open(registry.of('a'));
      clock.jump(9 * minute);
      attempt(registry.of('a'), 'failure');
      clock.jump(9 * minute);
      registry.of('b');
      expect(registry.of('a').state).toBe('open');
    });

    it('gives up one whose last probe was cancelled, counting from there', () => {
      const { registry, clock, changes } = registryOf({ maxTargets: 1 });
      open(registry.of('a'));
      clock.jump(9 * minute);
      const probe = registry.of('a').tryAcquire() as BreakerPermit;
      clock.jump(9 * minute);
      registry.of('a').record(probe, 'ignored');
      clock.jump(10 * minute - 1);
      registry.of('b');
      expect(registry.control('a')?.state).toBe('half_open');
      clock.jump(1);
      registry.of('b');
      expect([changes.at(-1), registry.control('a')?.state]).toEqual(['a: half_open > closed', 'closed']);
    });

    it('keeps it while an attempt on it is under way, be it older than the opening', () => {
      const { registry, clock } = registryOf({ maxTargets: 1 });
      const a = registry.of('a');
      const slow = a.tryAcquire() as BreakerPermit;
      open(a);
      clock.jump(1e9);
      registry.of('b');
      expect(registry.of('a')).toBe(a);
      a.record(slow, 'failure');
      registry.of('b');
      expect(registry.of('a')).not.toBe(a);
    });

    it('gives closed and idle ones away first, and never one that is held open by hand', () => {
      const { registry, clock } = registryOf({ maxTargets: 3 });
      const [a, b, c] = ['a', 'b', 'c'].map((target) => registry.of(target)) as [
        CircuitBreaker,
        CircuitBreaker,
        CircuitBreaker,
      ];
      open(a);
      b.isolate();
      attempt(c, 'success');
      clock.jump(1e9);
      registry.of('d').tryAcquire();
      expect(registry.of('a')).toBe(a);
      expect(registry.of('b')).toBe(b);
      registry.of('e').tryAcquire();
      expect(registry.control('a')?.state).toBe('closed');
      registry.of('f');
      expect(registry.of('b')).toBe(b);
      expect(registry.size).toBe(3);
    });

    it('loses none when whoever is told of that calls at once', () => {
      const clock = new VirtualClock();
      const told: string[] = [];
      const registry: BreakerRegistry = new BreakerRegistry({
        config: breakerConfig({ per: 'target', consecutiveFailures: 2, maxTargets: 2 }),
        clock,
        onChange: (from, to, target) => {
          told.push(`${target}: ${from} > ${to}`);
          if (to === 'closed') registry.of('nested').tryAcquire();
        },
      });
      open(registry.of('a'));
      const b = registry.of('b');
      b.tryAcquire();
      clock.jump(1e9);
      const c = registry.of('c');
      expect(registry.of('b')).toBe(b);
      expect(registry.of(OVERFLOW_TARGET)).toBe(c);
      expect(registry.size).toBe(2);
      expect([told.at(-1), registry.control('nested')?.state, registry.of('nested').idle]).toEqual([
        'a: open > closed',
        'closed',
        false,
      ]);
    });

    it('does not look broken because of it, and still keeps the results of the operation and of isolated targets in sight', () => {
      const { registry, clock } = registryOf({ maxTargets: 5 });
      open(registry.of('a'));
      clock.jump(10 * minute);
      expect([registry.state, registry.notClosed(5).total]).toEqual(['open', 1]);
      clock.jump(1_000);
      expect([registry.state, registry.notClosed(5).total]).toEqual(['closed', 0]);
      registry.of('b').isolate();
      open(registry.of(undefined));
      clock.jump(1e9);
      expect(registry.notClosed(5).breakers.map(({ target }) => target)).toEqual(['b', undefined]);
      expect(registry.of('a').tryAcquire()?.probe).toBeDefined();
    });
  });

  describe('in the hands of an operator', () => {
    it('holds one target open and no other', () => {
      const { registry, changes } = registryOf();
      const control = registry.control('a');
      control?.isolate();
      expect([control?.state, registry.of('a').tryAcquire(), registry.of('b').state]).toEqual([
        'isolated',
        undefined,
        'closed',
      ]);
      control?.reset();
      expect([control?.state, registry.of('a').state]).toEqual(['closed', 'closed']);
      expect(changes).toEqual(['a: closed > isolated', 'a: isolated > closed']);
    });

    it('takes no place by looking at a target or resetting it', () => {
      const { registry } = registryOf();
      registry.control('a')?.reset();
      expect([registry.control('a')?.state, registry.size]).toEqual(['closed', 0]);
    });

    it('holds open a target that has no place, without the others that share one, and lets the place go after that', () => {
      const { registry } = registryOf({ maxTargets: 1 });
      open(registry.of('a'));
      const shared = registry.of('b');
      registry.control('b')?.isolate();
      expect(registry.of('c')).toBe(shared);
      expect([registry.of('b').state, shared.state]).toEqual(['isolated', 'closed']);
      registry.control('b')?.reset();
      registry.control('a')?.reset();
      registry.of('c');
      expect(registry.size).toBe(1);
    });

    it('says of a target that shares a breaker what that one says, and opens the way to it alone', () => {
      const { registry } = registryOf({ maxTargets: 1 });
      open(registry.of('a'));
      expect(registry.control('b')?.state).toBe('closed');
      open(registry.of('b'));
      expect([registry.control('b')?.state, registry.control('c')?.state]).toEqual(['open', 'open']);
      registry.control('b')?.reset();
      expect([registry.of('b').state, registry.of('c').state]).toEqual(['closed', 'open']);
    });

    it('opens the way to one target while all others are held', () => {
      const { registry } = registryOf();
      registry.isolate();
      expect(registry.control('a')?.state).toBe('isolated');
      registry.control('a')?.reset();
      expect([registry.of('a').state, registry.of('b').state, registry.state]).toEqual([
        'closed',
        'isolated',
        'isolated',
      ]);
    });

    it('knows the shared breaker by its name, which is nobody else’s', () => {
      const { registry } = registryOf({ maxTargets: 1 });
      open(registry.of('a'));
      registry.control(OVERFLOW_TARGET)?.isolate();
      expect(registry.of('b')).toBe(registry.of(OVERFLOW_TARGET));
      expect(registry.of('b').state).toBe('isolated');
      registry.control(OVERFLOW_TARGET)?.reset();
      expect([registry.of('b').state, registry.notClosed(9).total]).toEqual(['closed', 1]);
      const shared = registry.of('b');
      registry.control('a')?.reset();
      expect(registry.of(OVERFLOW_TARGET)).toBe(shared);
    });

    it('has no control of a target where all have one breaker', () => {
      expect(registryOf({ per: 'operation' }).registry.control('a')).toBeUndefined();
    });
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
      what: fc.constantFrom('success', 'failure', 'failure', 'start', 'finish', 'cancel', 'isolate', 'reset'),
      waitMs: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 0, max: 600 }) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 900_000 }) },
      ),
    });
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 150, size: 'max' }),
        fc.integer({ min: 1, max: 5 }),
        (steps, maxTargets) => {
          const { registry, clock, changes } = registryOf({
            consecutiveFailures: null,
            windowMs: 2_000,
            maxTargets,
            minimumCalls: 2,
          });
          const shared = registry.of(OVERFLOW_TARGET);
          const known = new Map<string, CircuitBreaker>();
          /** When the circuit of a target last let somebody in, or was moved. */
          const touchedMs = new Map<string, number>();
          const running: { target: string; breaker: CircuitBreaker; permit: BreakerPermit }[] = [];
          const held = new Set<string>();
          for (const { target, what, waitMs } of steps) {
            clock.jump(waitMs);
            const own = known.get(target);
            const busy = own !== undefined && running.some(({ breaker }) => breaker === own);
            const mattered =
              own !== undefined &&
              (busy ||
                held.has(target) ||
                (own.state !== 'closed' && clock.now() - (touchedMs.get(target) ?? 0) < 601_000) ||
                (own.state === 'closed' && !own.disposable && clock.now() - (touchedMs.get(target) ?? 0) < 20_000));
            const before = changes.length;
            const sizeBefore = registry.size;
            if (what === 'isolate') {
              registry.control(target)?.isolate();
              held.add(target);
            } else if (what === 'reset') {
              registry.control(target)?.reset();
              held.delete(target);
            }
            const breaker = registry.of(target);
            if (mattered) expect(breaker).toBe(own);
            if (breaker === shared) known.delete(target);
            else known.set(target, breaker);
            for (const change of changes.slice(before)) {
              seen.add(change.slice(change.indexOf(':')));
              if (change.startsWith(`${target}:`)) touchedMs.set(target, clock.now());
            }
            if (what === 'start') {
              const permit = breaker.tryAcquire();
              if (permit !== undefined) {
                running.push({ target, breaker, permit });
                touchedMs.set(target, clock.now());
              }
            } else if (what === 'finish' || what === 'cancel') {
              const one = running.pop();
              if (one !== undefined) {
                one.breaker.record(one.permit, what === 'finish' ? 'failure' : 'ignored');
                touchedMs.set(one.target, clock.now());
              }
            } else if (what === 'success' || what === 'failure') {
              attempt(breaker, what);
              touchedMs.set(target, clock.now());
            }
            // Only an operator gets more places.
            const most = Math.max(maxTargets, sizeBefore + (what === 'isolate' || what === 'reset' ? 1 : 0));
            expect(registry.size).toBeLessThanOrEqual(most);
            const { total, breakers } = registry.notClosed(100);
            expect(breakers).toHaveLength(total);
            expect(registry.state === 'closed').toBe(total === 0);
            for (const open of breakers) expect(registry.control(open.target ?? '')?.state).toBe(open.state);
          }
        },
      ),
      { numRuns: 300 },
    );
    // The runs are of no use if nothing is ever given up.
    expect([...seen]).toEqual(expect.arrayContaining([': open > closed', ': half_open > closed']));
  });
});
