import type { Clock } from '../../clock.ts';
import type { SharedDecision } from './shared-decision.ts';
import type { StoreFallback } from './store-fallback.ts';
import type { StoreLink } from './store-link.ts';

/** Somebody whom the store must answer. */
export interface StoreWaiter {
  readonly cost: number;
  /** Until when it may wait for tokens. */
  readonly untilMs: number;
  readonly decide: (decision: SharedDecision) => void;
  /** It waits no more. */
  gone: boolean;
}

/** What holds leased tokens. */
export interface LeaseHolder {
  /** Tokens that it could spend. */
  readonly held: number;
  /** Lets it look whether it is time to give them back. */
  sweep(nowMs: number): void;
  giveBack(): Promise<void>;
}

/** What buckets share. */
export interface BucketWorld {
  readonly link: StoreLink;
  readonly fallback: StoreFallback;
  readonly clock: Clock;
  readonly leases: boolean;
  /** A number for a settlement, different from those of late. */
  readonly settlementNumber: () => number;
  /** Buckets that hold leased tokens. */
  readonly holding: Set<LeaseHolder>;
  /** Is told when the first of them does. */
  readonly watch: () => void;
}
