import { type Random, seededRandom, seedOf } from '@crossbridge/core';
import { between } from '../random.ts';

/** The parts of the upstream that can misbehave. */
export type Route = 'chat' | 'embeddings' | 'search' | 'inventory';

export const ROUTES: readonly Route[] = ['chat', 'embeddings', 'search', 'inventory'];

/**
 * What goes wrong. `throttled` is a 429 with Retry-After, `server_error` a 500, `unavailable` a 503, `slow` a late but correct answer,
 * `reset` a connection reset before the headers, `truncated` one in the middle of the body.
 */
export type FaultKind = 'throttled' | 'server_error' | 'unavailable' | 'slow' | 'reset' | 'truncated';

export const FAULT_KINDS: readonly FaultKind[] = [
  'throttled',
  'server_error',
  'unavailable',
  'slow',
  'reset',
  'truncated',
];

/** A stretch of the run in which a share of one route's requests fails in one way. */
export interface Phase {
  readonly route: Route;
  readonly kind: FaultKind;
  /** Fractions of the run, 0 to 1. */
  readonly from: number;
  readonly to: number;
  /** Share of the requests that are hit, 0 to 1. */
  readonly share: number;
}

/** What happens to one request. */
export interface Treatment {
  readonly fault: FaultKind | null;
  /** Milliseconds until the answer starts. */
  readonly latencyMs: number;
  /** Milliseconds that a throttled client is told to wait; 0 otherwise. */
  readonly retryAfterMs: number;
}

export interface Schedule {
  readonly phases: readonly Phase[];
  /**
   * The treatment of the `nth` request of a route (from 0), `elapsedMs` after the first request of all. Pure: the same arguments
   * give the same treatment. After `runMs` the run starts over.
   */
  treat(route: Route, nth: number, elapsedMs: number): Treatment;
}

/** The drama of a run. Bounds and shares move a little with the seed; the dead phase of `inventory` spares no request. */
const SCRIPT: readonly Phase[] = [
  { route: 'chat', kind: 'throttled', from: 0.1, to: 0.28, share: 0.3 },
  { route: 'chat', kind: 'unavailable', from: 0.32, to: 0.42, share: 0.35 },
  { route: 'chat', kind: 'slow', from: 0.5, to: 0.65, share: 0.2 },
  { route: 'chat', kind: 'truncated', from: 0.7, to: 0.8, share: 0.1 },
  { route: 'embeddings', kind: 'server_error', from: 0.15, to: 0.3, share: 0.35 },
  { route: 'embeddings', kind: 'reset', from: 0.36, to: 0.48, share: 0.3 },
  { route: 'search', kind: 'slow', from: 0.2, to: 0.36, share: 0.3 },
  { route: 'search', kind: 'unavailable', from: 0.66, to: 0.76, share: 0.35 },
  { route: 'inventory', kind: 'reset', from: 0.12, to: 0.26, share: 0.3 },
  { route: 'inventory', kind: 'slow', from: 0.28, to: 0.38, share: 0.2 },
  { route: 'inventory', kind: 'unavailable', from: 0.45, to: 0.65, share: 1 },
];

/** Small faults that never stop, as in any real upstream. */
const BACKGROUND: readonly { readonly kind: FaultKind; readonly share: number }[] = [
  { kind: 'server_error', share: 0.01 },
  { kind: 'slow', share: 0.01 },
];

/** Milliseconds of a healthy answer. */
const LATENCY: Readonly<Record<Route, readonly [number, number]>> = {
  chat: [60, 220],
  embeddings: [15, 60],
  search: [10, 50],
  inventory: [5, 25],
};

const SLOW_MS: readonly [number, number] = [1_500, 2_500];
const RETRY_AFTER_MS: readonly [number, number] = [150, 400];

/** The schedule of faults of one seed, stretched over a run of `runMs` milliseconds. */
export function createSchedule(seed: number, runMs: number): Schedule {
  const phases = SCRIPT.map((phase, index) => varied(phase, seededRandom(seedOf(seed, 'phase', index))));
  return {
    phases,
    treat: (route, nth, elapsedMs) => {
      const random = seededRandom(seedOf(seed, route, nth));
      const at = (elapsedMs % runMs) / runMs;
      // Every draw is made whatever the phase, so that a request that arrives a little later keeps its luck.
      const luck = random();
      const latencyMs = between(random, ...LATENCY[route]);
      const slowMs = between(random, ...SLOW_MS);
      const retryAfterMs = Math.round(between(random, ...RETRY_AFTER_MS));
      const fault = faultAt(phases, route, at, luck);
      return {
        fault,
        latencyMs: fault === 'slow' ? slowMs : latencyMs,
        retryAfterMs: fault === 'throttled' ? retryAfterMs : 0,
      };
    },
  };
}

function varied(phase: Phase, random: Random): Phase {
  const shift = between(random, -0.02, 0.02);
  const share = phase.share === 1 ? 1 : phase.share * between(random, 0.85, 1.15);
  return { ...phase, from: phase.from + shift, to: phase.to + shift, share };
}

function faultAt(phases: readonly Phase[], route: Route, at: number, luck: number): FaultKind | null {
  const active = phases.filter((phase) => phase.route === route && phase.from <= at && at < phase.to);
  let threshold = 0;
  for (const { kind, share } of [...active, ...BACKGROUND]) {
    threshold += share;
    if (luck < threshold) return kind;
  }
  return null;
}
