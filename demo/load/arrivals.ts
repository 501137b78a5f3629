import { type Random, seededRandom, seedOf } from '@crossbridge/core';
import { pick } from '../random.ts';
import { LAST_ARTICLE } from '../upstream/shop.ts';

/** An endpoint of the demo's service. */
export type Endpoint = 'ask' | 'stream' | 'similar' | 'search' | 'stock';

/** Which share of the load each endpoint gets. */
const MIX: readonly (readonly [Endpoint, number])[] = [
  ['ask', 0.25],
  ['stream', 0.1],
  ['similar', 0.25],
  ['search', 0.2],
  ['stock', 0.2],
];

export const ENDPOINTS: readonly Endpoint[] = MIX.map(([endpoint]) => endpoint);

const TOPICS = ['tea', 'light without cables', 'small kitchens', 'quiet mornings', 'long rides', 'old radios'] as const;

/** One request of the load. */
export interface Arrival {
  /** Milliseconds after the start of the load. */
  readonly atMs: number;
  readonly endpoint: Endpoint;
  /** Path and query. */
  readonly path: string;
}

/**
 * Requests that arrive at random, `perSecond` of them on average (a Poisson process: visitors do not wait for each other), without end.
 * The same seed gives the same arrivals.
 */
export function* arrivals(seed: number, perSecond: number): Generator<Arrival, never> {
  const random = seededRandom(seedOf(seed, 'load'));
  let atMs = 0;
  for (;;) {
    atMs += (-Math.log(1 - random()) / perSecond) * 1_000;
    const endpoint = endpointOf(random());
    yield { atMs, endpoint, path: pathOf(endpoint, random) };
  }
}

function endpointOf(luck: number): Endpoint {
  let threshold = 0;
  for (const [endpoint, share] of MIX) {
    threshold += share;
    if (luck < threshold) return endpoint;
  }
  return 'stock';
}

function pathOf(endpoint: Endpoint, random: Random): string {
  if (endpoint === 'stock') return `/stock/${1 + Math.floor(random() * LAST_ARTICLE)}`;
  return `/${endpoint}?q=${encodeURIComponent(pick(random, TOPICS))}`;
}
