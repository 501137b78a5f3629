import type { SharedRate, SharedRateLimiterOptions } from '@crossbridge/core';

export interface HammerOptions {
  /** One for a single server, more for a cluster. */
  readonly ports: readonly number[];
  /** Whether the port is one of a sentinel that knows a primary called `main`. */
  readonly sentinel?: boolean;
  readonly library: 'ioredis' | 'redis';
  readonly rate: SharedRate;
  readonly seconds: number;
  /** Questions every millisecond or so. */
  readonly perMs: number;
  /** Whether they come evenly, and `perMs` is exact, in the place of bursts and rests. */
  readonly steady?: boolean;
  readonly limiter: Pick<
    SharedRateLimiterOptions,
    'onStoreError' | 'expectedProcesses' | 'leases' | 'budgetMs' | 'prefix'
  >;
}

/** Times are in milliseconds since 1970. */
export interface HammerReport {
  readonly asked: number;
  readonly calls: number;
  /** What the store let through, and when it did. */
  readonly direct: readonly (readonly [atMs: number, admitted: number])[];
  /** When leased tokens were spent. */
  readonly leased: readonly number[];
  /** What was admitted without the store. */
  readonly alone: readonly number[];
  /** The longest that an answer took. */
  readonly slowestMs: number;
}
