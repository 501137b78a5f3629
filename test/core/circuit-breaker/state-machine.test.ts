import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BreakerPermit,
  type BreakerResult,
  CircuitBreaker,
} from '../../../packages/core/src/circuit-breaker/circuit-breaker.ts';
import { StreakBreaker } from '../../../packages/core/src/circuit-breaker/streak-breaker.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const OPEN_FOR_MS = 1_000;
const FAILURES = 2;

interface Started {
  readonly permit: BreakerPermit;
  /** Which change of state it began after. */
  readonly era: number;
  readonly atMs: number;
  readonly probe: boolean;
  evicted: boolean;
}

/** What the breaker should do, written down as plainly as possible: a list of running attempts, and no cleverness. */
class Model {
  state: 'closed' | 'open' | 'half_open' | 'isolated' = 'closed';
  era = 0;
  openUntilMs = 0;
  failures = 0;
  successes = 0;
  running: Started[] = [];
  readonly probes: number;

  constructor(probes: number) {
    this.probes = probes;
  }

  move(state: Model['state'], now: number): void {
    this.state = state;
    this.era += 1;
    this.failures = this.successes = 0;
    this.openUntilMs = now + OPEN_FOR_MS;
  }

  /** Whether an attempt is admitted now, and as a probe. */
  admits(now: number): boolean {
    if (this.state === 'open' && now >= this.openUntilMs) this.move('half_open', now);
    if (this.state !== 'half_open') return this.state === 'closed';
    for (const one of this.running) if (one.era === this.era && now >= one.atMs + OPEN_FOR_MS) one.evicted = true;
    const underWay = this.running.filter(({ era, evicted }) => era === this.era && !evicted).length;
    return underWay + this.successes < this.probes;
  }

  end(one: Started, result: BreakerResult, now: number): void {
    if (one.era !== this.era || result === 'ignored') return;
    if (one.probe) {
      if (result === 'failure') this.move('open', now);
      else if (++this.successes >= this.probes) this.move('closed', now);
    } else {
      this.failures = result === 'failure' ? this.failures + 1 : 0;
      if (this.failures >= FAILURES) this.move('open', now);
    }
  }
}

const step = fc.oneof(
  { weight: 15, arbitrary: fc.record({ type: fc.constant('start' as const) }) },
  {
    weight: 15,
    arbitrary: fc.record({
      type: fc.constant('end' as const),
      which: fc.nat(20),
      result: fc.constantFrom<BreakerResult>('success', 'failure', 'failure', 'ignored'),
    }),
  },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 1_200 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('isolate' as const, 'reset' as const) }) },
);

describe('the state machine of CircuitBreaker', () => {
  it('does what its description says, in whatever order attempts start, end, hang and are cancelled', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150, size: 'max' }), fc.integer({ min: 1, max: 3 }), (steps, probes) => {
        const clock = new VirtualClock();
        const breaker = new CircuitBreaker({
          strategy: () => new StreakBreaker(FAILURES, undefined),
          openForMs: OPEN_FOR_MS,
          halfOpenProbes: probes,
          clock,
          onChange: (from, to) => seen.add(`${from} > ${to}`),
        });
        const model = new Model(probes);
        for (const one of steps) {
          const now = clock.now();
          if (one.type === 'wait') clock.jump(one.ms);
          else if (one.type === 'start') {
            const admits = model.admits(now);
            const permit = breaker.tryAcquire();
            expect(permit !== undefined).toBe(admits);
            if (permit === undefined) continue;
            const probe = model.state === 'half_open';
            model.running.push({ permit, era: model.era, atMs: now, probe, evicted: false });
          } else if (one.type === 'end') {
            const [ended] = model.running.splice(one.which % Math.max(1, model.running.length), 1);
            if (ended === undefined) continue;
            model.end(ended, one.result, now);
            breaker.record(ended.permit, one.result);
          } else if (one.type === 'isolate') {
            if (model.state !== 'isolated') model.move('isolated', now);
            breaker.isolate();
          } else {
            model.move('closed', now);
            breaker.reset();
          }
          expect(breaker.state).toBe(model.state);
          expect(breaker.idle).toBe(model.state === 'closed' && model.running.length === 0);
          const left = model.state === 'open' ? Math.max(0, model.openUntilMs - clock.now()) : undefined;
          expect(breaker.retryAfterMs).toBe(left);
          expect(breaker.refusesAfter(100)).toBe(model.state === 'isolated' || (left ?? 0) > 100);
        }
      }),
      { numRuns: 300 },
    );
    // The runs are of no use if they never get anywhere.
    expect([...seen]).toEqual(
      expect.arrayContaining(['closed > open', 'open > half_open', 'half_open > open', 'half_open > closed']),
    );
  });
});
