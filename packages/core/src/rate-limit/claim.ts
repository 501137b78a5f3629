import type { Timed } from './heap.ts';
import type { KeyScope } from './key-hash.ts';
import type { Plan } from './plan.ts';

/** How a wait for tokens ended. `late`: they did not come in time, or cannot any more. */
export type WaitEnd = 'admitted' | 'late' | 'aborted';

/** A request that waits, for one bucket or several. Due when its patience ends. */
export interface Waiter extends Timed {
  readonly claims: readonly Claim[];
  /** Order of arrival, the same in every line: so nobody waits for somebody who waits for him. */
  readonly order: number;
  readonly arrivedMs: number;
  /** Longest it may wait for everything together. */
  readonly limitMs: number;
  readonly end: (how: WaitEnd) => void;
}

/** Where a waiter stands in a line. Links of a list, so that one that gives up leaves at once wherever it stands. */
export interface Place {
  readonly waiter: Waiter;
  readonly claim: Claim;
  readonly line: Line;
  previous: Place | undefined;
  next: Place | undefined;
}

/** Those who wait for the tokens of one bucket, in the order in which they came. Due when there are enough for the first. */
export interface Line extends Timed {
  readonly name: string;
  readonly first: Place | undefined;
  /** Lets a waiter in before those who came later: mostly at the end. */
  join(waiter: Waiter, claim: Claim): void;
  leave(place: Place): void;
}

/** What one request wants of one bucket, and what was found out about it last. */
export interface Claim {
  readonly scope: KeyScope;
  readonly key: string;
  plan: Plan;
  /** Tokens that must be there. */
  need: number;
  /** Tokens that are taken: more than `need` where a request is above the capacity and may go into debt. */
  charge: number;
  /** Longest it may wait for its tokens. */
  readonly maxWaitMs: number;
  /** Others that may wait for the same bucket before it. */
  readonly queue: number;
  /** Half of the hash of the key. */
  low: number;
  high: number;
  /** When the bucket will be full, after what was taken. */
  fullAtMs: number;
  /** 0 when the tokens are there; else the time after which they are, if nobody takes them before. */
  waitMs: number;
  /** The name of its line, once it was asked for. */
  lineName: string;
  /** Where it waits, if it does. */
  place: Place | undefined;
  /** Whether it ever did. */
  waited: boolean;
}

export interface ClaimTerms {
  readonly need: number;
  readonly charge: number;
  readonly maxWaitMs: number;
  readonly queue: number;
}

export function newClaim(scope: KeyScope, key: string, plan: Plan, terms: ClaimTerms): Claim {
  const { need, charge, maxWaitMs, queue } = terms;
  return {
    scope,
    key,
    plan,
    need,
    charge,
    maxWaitMs,
    queue,
    low: 0,
    high: 0,
    fullAtMs: 0,
    waitMs: 0,
    lineName: '',
    place: undefined,
    waited: false,
  };
}
