import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Arrival, arrivals, ENDPOINTS } from '../../../demo/load/arrivals.ts';

function first(count: number, seed: number, perSecond: number): readonly Arrival[] {
  const source = arrivals(seed, perSecond);
  return Array.from({ length: count }, () => source.next().value);
}

describe('arrivals', () => {
  it('are the same for the same seed, in rising order', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 500 }), (seed, rate) => {
        const list = first(30, seed, rate);
        expect(first(30, seed, rate)).toEqual(list);
        expect(list.toSorted((left, right) => left.atMs - right.atMs)).toEqual(list);
      }),
    );
  });

  it('differ with the seed', () => {
    expect(first(30, 1, 60)).not.toEqual(first(30, 2, 60));
  });

  it('come at the rate asked for, for every endpoint', () => {
    const list = first(12_000, 1, 60);
    expect(Math.abs((list.at(-1)?.atMs ?? 0) / 1_000 - 200)).toBeLessThan(10);
    const byEndpoint = Map.groupBy(list, ({ endpoint }) => endpoint);
    expect([...byEndpoint.keys()].sort()).toEqual([...ENDPOINTS].sort());
    expect(Math.abs((byEndpoint.get('search')?.length ?? 0) - 2_400)).toBeLessThan(200);
  });

  it('ask for what the service has', () => {
    for (const { endpoint, path } of first(500, 3, 60)) {
      expect(path).toMatch(endpoint === 'stock' ? /^\/stock\/\d+$/ : new RegExp(`^/${endpoint}\\?q=[^ ]+$`));
    }
  });
});
