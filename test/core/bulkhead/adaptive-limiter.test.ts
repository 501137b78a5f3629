import type { AdaptiveLimitConfig } from '@crossbridge/core/config';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdaptiveLimiter } from '../../../packages/core/src/bulkhead/adaptive-limiter.ts';
import type { LoadOutcome } from '../../../packages/core/src/bulkhead/load-outcome.ts';
import { Simulation, type SimulationResult } from './simulated-server.ts';

const algorithms = ['gradient', 'aimd'] as const;

function limits(config: Partial<AdaptiveLimitConfig> = {}): AdaptiveLimitConfig {
  return { algorithm: 'gradient', minLimit: 1, maxLimit: 1_000, maxHealthyLatencyMs: null, ...config };
}

function feed(
  limiter: AdaptiveLimiter,
  count: number,
  durationMs: number,
  inFlight: number,
  outcome: LoadOutcome = 'success',
): number {
  for (let one = 0; one < count; one += 1) limiter.onResult({ durationMs, outcome, inFlight });
  return limiter.limit;
}

/** Mean limit over the last quarter of a run. */
function settled({ limits: seen }: SimulationResult): number {
  const last = seen.slice(Math.floor(seen.length * 0.75));
  return last.reduce((sum, limit) => sum + limit, 0) / last.length;
}

describe('AdaptiveLimiter', () => {
  describe.each(algorithms)('%s', (algorithm) => {
    it('does not move while the limit is not what bounds concurrency', () => {
      const limiter = new AdaptiveLimiter(20, limits({ algorithm }));
      expect(feed(limiter, 1_000, 10, 9)).toBe(20);
      expect(feed(limiter, 1_000, 10_000, 9)).toBe(20);
    });

    it('learns nothing from attempts that say nothing', () => {
      const limiter = new AdaptiveLimiter(20, limits({ algorithm }));
      expect(feed(limiter, 1_000, 10, 20, 'ignored')).toBe(20);
    });

    it('bears latencies too short for the clock', () => {
      const limiter = new AdaptiveLimiter(20, limits({ algorithm, maxLimit: 30 }));
      expect(feed(limiter, 10_000, 0, 30)).toBeGreaterThanOrEqual(10);
      expect(feed(limiter, 10_000, 1, 30)).toBeLessThanOrEqual(30);
      expect(feed(limiter, 10_000, 0, 30)).toBeGreaterThanOrEqual(10);
    });

    it('starts within its bounds', () => {
      expect(new AdaptiveLimiter(5, limits({ algorithm, minLimit: 10 })).limit).toBe(10);
      expect(new AdaptiveLimiter(50, limits({ algorithm, maxLimit: 10 })).limit).toBe(10);
    });

    it('keeps its limit within new bounds, and leaves a change of algorithm to whoever holds it', () => {
      const limiter = new AdaptiveLimiter(50, limits({ algorithm }));
      expect([limiter.configure(limits({ algorithm, maxLimit: 30 })), limiter.limit]).toEqual([true, 30]);
      const other = algorithm === 'aimd' ? 'gradient' : 'aimd';
      expect([limiter.configure(limits({ algorithm: other, maxLimit: 3 })), limiter.limit]).toEqual([false, 30]);
    });

    it('is a whole number within its bounds, whatever it is told', () => {
      const sample = fc.record({
        durationMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true })),
        outcome: fc.constantFrom<LoadOutcome>('success', 'success', 'success', 'overload', 'ignored'),
        inFlight: fc.integer({ min: 1, max: 100 }),
        times: fc.integer({ min: 1, max: 60 }),
      });
      const bound = fc.integer({ min: 1, max: 60 });
      const guard = fc.option(fc.double({ min: 1, max: 1e4, noNaN: true }));
      fc.assert(
        fc.property(
          fc.array(sample, { maxLength: 60 }),
          bound,
          bound,
          bound,
          guard,
          (samples, one, other, initial, maxHealthyLatencyMs) => {
            const [minLimit, maxLimit] = [Math.min(one, other), Math.max(one, other)];
            const limiter = new AdaptiveLimiter(initial, { algorithm, minLimit, maxLimit, maxHealthyLatencyMs });
            for (const { times, ...each } of samples) {
              for (let time = 0; time < times; time += 1) {
                const limit = limiter.onResult(each);
                expect(Number.isInteger(limit) && limit >= minLimit && limit <= maxLimit).toBe(true);
              }
            }
          },
        ),
      );
    });
  });

  describe('gradient', () => {
    it('grows by the root of the limit while latency stays, and shrinks by half of the limit at most, both smoothed', () => {
      const limiter = new AdaptiveLimiter(100, limits());
      // 100 + 0.2 · √100
      expect(feed(limiter, 100, 100, 100)).toBe(102);
      // 0.8 · 102 + 0.2 · (0.5 · 102 + √102)
      expect(feed(limiter, 102, 900, 102)).toBe(93);
    });

    it('bears latency of one and a half times the baseline', () => {
      const limiter = new AdaptiveLimiter(100, limits());
      feed(limiter, 100, 100, 100);
      expect(feed(limiter, 102, 150, 102)).toBe(104);
    });

    it('leaves the limit alone where calls reached it at less than half of the attempts', () => {
      const limiter = new AdaptiveLimiter(100, limits());
      feed(limiter, 49, 100, 100);
      expect(feed(limiter, 51, 100, 49)).toBe(100);
      feed(limiter, 50, 100, 100);
      expect(feed(limiter, 50, 100, 49)).toBe(102);
    });

    it('learns from quiet times what latency is healthy', () => {
      const limiter = new AdaptiveLimiter(100, limits());
      feed(limiter, 100, 100, 10);
      // 0.8 · 100 + 0.2 · (0.5 · 100 + √100)
      expect(feed(limiter, 100, 300, 100)).toBe(92);
    });

    it('does not halve the limit soon after a quiet time', () => {
      const limiter = new AdaptiveLimiter(20, limits({ maxLimit: 20 }));
      feed(limiter, 80, 100, 20);
      feed(limiter, 20, 100, 5);
      expect(feed(limiter, 20, 100, 20)).toBe(20);
    });

    it('cuts a tenth for a window with overload, and does not take a quick refusal for quick work', () => {
      const limiter = new AdaptiveLimiter(100, limits());
      feed(limiter, 50, 1, 100, 'overload');
      expect(feed(limiter, 50, 100, 100)).toBe(90);
      // The baseline is still unknown, rather than 1 ms: 90 + 0.2 · √90
      expect(feed(limiter, 90, 100, 90)).toBe(91);
    });

    it('halves the limit for a moment to see the latency without its own queue', () => {
      const limiter = new AdaptiveLimiter(20, limits({ maxLimit: 20 }));
      feed(limiter, 99, 100, 20);
      expect(limiter.limit).toBe(20);
      expect(feed(limiter, 1, 100, 20)).toBe(10);
      expect(feed(limiter, 39, 100, 10)).toBe(10);
      expect(feed(limiter, 1, 100, 10)).toBe(20);
    });

    it('stays at half the limit where that carries as much', () => {
      const limiter = new AdaptiveLimiter(20, limits({ maxLimit: 20 }));
      feed(limiter, 100, 100, 20);
      expect(feed(limiter, 40, 50, 10)).toBe(10);
    });

    it.each([
      [5, 1],
      [5, 10],
      [5, 200],
      [20, 1],
      [20, 10],
      [50, 10],
    ])('finds the knee of a server with %i workers from %i', (workers, initial) => {
      for (const seed of [1, 2, 3]) {
        const simulation = new Simulation(new AdaptiveLimiter(initial, limits()), seed);
        simulation.run({ workers, serviceMs: 100 }, 20_000);
        const result = simulation.run({ workers, serviceMs: 100 }, 20_000);
        expect(settled(result) / workers).toBeGreaterThan(1);
        expect(settled(result) / workers).toBeLessThan(2.2);
        expect(result.utilisation).toBeGreaterThan(0.95);
      }
    });

    it('keeps latency low where a fixed limit would let a queue build up', () => {
      const simulation = new Simulation(new AdaptiveLimiter(200, limits()), 4);
      const first = simulation.run({ workers: 20, serviceMs: 100 }, 2_000);
      simulation.run({ workers: 20, serviceMs: 100 }, 60_000);
      const later = simulation.run({ workers: 20, serviceMs: 100 }, 20_000);
      expect(first.meanLatencyMs).toBeGreaterThan(600);
      expect(later.meanLatencyMs).toBeLessThan(250);
    });

    it('follows a server that loses workers and gets them back', () => {
      const simulation = new Simulation(new AdaptiveLimiter(10, limits()), 5);
      simulation.run({ workers: 50, serviceMs: 100 }, 20_000);
      expect(settled(simulation.run({ workers: 5, serviceMs: 100 }, 20_000))).toBeLessThan(13);
      expect(settled(simulation.run({ workers: 50, serviceMs: 100 }, 20_000))).toBeGreaterThan(50);
    });

    it('recovers after a slow phase, with and without a bound on healthy latency', () => {
      for (const maxHealthyLatencyMs of [null, 150]) {
        const simulation = new Simulation(new AdaptiveLimiter(10, limits({ maxHealthyLatencyMs })), 6);
        const healthy = { workers: 20, serviceMs: 100 };
        const before = settled(simulation.run(healthy, 20_000));
        simulation.run({ ...healthy, serviceMs: 800 }, 20_000);
        const after = simulation.run(healthy, 20_000);
        expect(settled(after) / before).toBeGreaterThan(0.7);
        expect(settled(after) / before).toBeLessThan(2);
        expect(after.utilisation).toBeGreaterThan(0.9);
      }
    });

    it('does not drift up in a long incident that is bounded, and does in one that is not', () => {
      const incident = (maxHealthyLatencyMs: number | null): number => {
        const simulation = new Simulation(new AdaptiveLimiter(10, limits({ maxHealthyLatencyMs })), 7);
        simulation.run({ workers: 20, serviceMs: 100 }, 20_000);
        return settled(simulation.run({ workers: 200, serviceMs: 800 }, 50_000));
      };
      expect(incident(150)).toBeLessThan(6);
      expect(incident(null)).toBeGreaterThan(50);
    });
  });

  describe('aimd', () => {
    it('adds one for every limit-full of successes', () => {
      const limiter = new AdaptiveLimiter(10, limits({ algorithm: 'aimd' }));
      expect(feed(limiter, 9, 100, 10)).toBe(10);
      expect(feed(limiter, 2, 100, 10)).toBe(11);
    });

    it('cuts a tenth, and at least one, once for each wave of overload', () => {
      const limiter = new AdaptiveLimiter(100, limits({ algorithm: 'aimd' }));
      expect(feed(limiter, 100, 1, 100, 'overload')).toBe(90);
      expect(feed(limiter, 1, 1, 90, 'overload')).toBe(81);
      const small = new AdaptiveLimiter(3, limits({ algorithm: 'aimd' }));
      expect(feed(small, 1, 1, 3, 'overload')).toBe(2);
      expect(feed(small, 1, 1, 2)).toBe(2);
    });

    it('takes a success that is slower than healthy for overload', () => {
      const limiter = new AdaptiveLimiter(100, limits({ algorithm: 'aimd', maxHealthyLatencyMs: 200 }));
      expect(feed(limiter, 1, 200, 100)).toBe(100);
      expect(feed(limiter, 1, 201, 100)).toBe(90);
    });

    it.each([
      [20, 1],
      [20, 200],
      [50, 10],
    ])('stays close to what a server for %i bears, from %i, and is seldom refused', (workers, initial) => {
      for (const seed of [1, 2, 3]) {
        const simulation = new Simulation(new AdaptiveLimiter(initial, limits({ algorithm: 'aimd' })), seed);
        const server = { workers, serviceMs: 100, capacity: workers };
        simulation.run(server, 20_000);
        const result = simulation.run(server, 20_000);
        expect(Math.abs(settled(result) / workers - 1)).toBeLessThan(0.1);
        expect(result.overloads / 20_000).toBeLessThan(0.05);
        expect(result.utilisation).toBeGreaterThan(0.9);
      }
    });
  });
});
