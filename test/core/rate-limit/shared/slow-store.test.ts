import { type DecisionSource, SharedRateLimiter, type StoreErrorMode, type StoreEvent } from '@crossbridge/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { IdealBucket } from '../../../../packages/core/src/simulate/shared/ideal-bucket.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { ModelStore } from './model-client.ts';

const RATE = { capacity: 100, windowSeconds: 1 };
const PROCESSES = 2;
const SECONDS = 12;

let clock: VirtualClock;
let store: ModelStore;
let events: StoreEvent[];
beforeEach(() => {
  clock = new VirtualClock();
  store = new ModelStore(clock);
  events = [];
});

interface Outcome {
  /** Requests by what admitted them. */
  readonly by: Partial<Readonly<Record<DecisionSource, number>>>;
  /** The most that a window has admitted beyond what a bucket of the capacity would. */
  readonly over: number;
}

/** Two processes that ask twice as often as they may, before a store whose round trips take so long. */
async function hammer(onStoreError: StoreErrorMode, leases: boolean, roundTripMs: (at: number) => number) {
  const limits = Array.from({ length: PROCESSES }, () =>
    new SharedRateLimiter({
      client: store.client(),
      clock,
      random: () => 0.5,
      leases,
      onStoreError,
      expectedProcesses: PROCESSES,
      onEvent: (event) => events.push(event),
    }).limit('slow', RATE),
  );
  const ideal = new IdealBucket(RATE, clock.now());
  const by: Partial<Record<DecisionSource, number>> = {};
  let over = 0;
  for (let step = 0; step < SECONDS * 100; step += 1) {
    store.roundTripMs = roundTripMs(step);
    for (const limit of limits) {
      void Promise.resolve(limit.decide('u')).then(({ admitted, source }) => {
        if (!admitted) return;
        by[source] = (by[source] ?? 0) + 1;
        over = Math.max(over, ideal.take(1, clock.now()));
      });
    }
    await clock.advance(10);
  }
  await clock.advance(100);
  return { by, over } satisfies Outcome;
}

/** What the store can take later than a decision of it is heard: tokens that are refilled meanwhile. */
const late = (roundTripMs: number): number => (roundTripMs / 1000) * RATE.capacity;

describe('a store that is slow', () => {
  it.each([true, false])('decides, as long as it answers within the budget: leases %s', async (leases) => {
    const { by, over } = await hammer('deny', leases, () => 20);
    expect(events).toEqual([]);
    expect(by.fallback).toBeUndefined();
    expect((by.store ?? 0) + (by.lease ?? 0)).toBeGreaterThan(0.95 * (SECONDS + 1) * RATE.capacity);
    expect(over).toBeLessThanOrEqual(late(20));
  });

  it.each([true, false])('is left alone when it does not, and goes on being: leases %s', async (leases) => {
    const { by } = await hammer('deny', leases, () => 60);
    expect(by).toEqual({});
    expect(events.map(({ to }) => to)).not.toContain('up');
    // Tried after pauses that grow: once each.
    expect(events.filter(({ to }) => to === 'ramping').length).toBeLessThan(PROCESSES * 10);
  });

  it.each([true, false])(
    'lets pass what each process may by itself meanwhile, and not more: leases %s',
    async (leases) => {
      const { by, over } = await hammer('local', leases, () => 60);
      expect(Object.keys(by)).toEqual(['fallback']);
      expect(by.fallback).toBeGreaterThan(0.95 * (SECONDS + 1) * RATE.capacity);
      expect(over).toBeLessThanOrEqual(1e-6);
    },
  );

  it.each([
    ['every other time', (step: number) => (step % 2 === 0 ? 40 : 60)],
    ['for a second in two', (step: number) => (step % 200 < 100 ? 40 : 60)],
  ] as const)(
    'does not make a process change its mind all the time where it is too slow %s',
    async (_, roundTripMs) => {
      const { by, over } = await hammer('local', false, roundTripMs);
      // What the store has taken for somebody who did not wait for it is lost, what one has taken alone the store is told.
      expect(over).toBeLessThanOrEqual(RATE.capacity);
      expect(Object.values(by).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(
        (SECONDS + 2) * RATE.capacity,
      );
      expect(events.filter(({ to }) => to === 'up').length).toBeLessThanOrEqual(PROCESSES * (SECONDS / 2));
    },
  );
});
