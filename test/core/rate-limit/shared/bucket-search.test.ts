import { describe, expect, it } from 'vitest';
import { type SearchOptions, search } from './bucket-search.ts';

const ONE: SearchOptions = {
  capacity: 2,
  tokensPerUs: 1,
  leaseUs: 2,
  holders: 1,
  untilUs: 4,
  repeats: 1,
  messages: 2,
  questions: 3,
};
const TWO: SearchOptions = { ...ONE, holders: 2, questions: 2 };

describe('leases, in every order of events', () => {
  it.each([
    ['one process beside others that lease nothing', ONE],
    ['two processes', TWO],
  ])('admit in no window more than the capacity and what it refills: %s', (_, options) => {
    const { states, violation } = search(options);
    expect(violation).toBeUndefined();
    expect(states).toBeGreaterThan(50_000);
  });

  it.each([
    'refills beside what is leased',
    'counts a report that comes twice',
    'forgets leases before the time that they lasted',
    'promises a lease for longer than it counts',
    'takes a report of one generation for another',
  ] as const)('would admit too much if the script %s', (flaw) => {
    expect(search({ ...ONE, flaw }).violation).toBeDefined();
  });
});
