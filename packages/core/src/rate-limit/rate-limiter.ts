import { systemClock } from '../clock.ts';
import type { RateLimitConfig } from '../config/types.ts';
import { InvalidArgumentError, RateLimitExceeded } from '../errors.ts';
import { Buckets } from './buckets.ts';
import { type Claim, newClaim } from './claim.ts';
import { decisionOf, type RateLimitDecision } from './decision.ts';
import type { KeyScope } from './key-hash.ts';
import {
  type AcquireOptions,
  assertAcquireOptions,
  assertLimiterOptions,
  assertReserveOptions,
  type RateLimiterOptions,
} from './limiter-options.ts';
import type { Plan } from './plan.ts';
import { Reservation } from './reservation.ts';
import { assertCanPass, assertCost } from './validate.ts';
import { WaitingRoom } from './waiting-room.ts';

export type { AcquireOptions, RateLimiterOptions } from './limiter-options.ts';

const DEFAULT_MAX_KEYS = 100_000;
/** What a table of 16-byte slots may sensibly take. */
const MOST_KEYS = 100_000_000;

export interface RateLimiterStats {
  /** Buckets held; full ones that wait to be given up included. */
  readonly totalBuckets: number;
  readonly maxKeys: number;
  /** Full buckets that were given up for another key, which forgets nothing. */
  readonly evicted: number;
  /** Decisions on newcomers that shared a bucket, because every bucket was taken by a key that was not idle. */
  readonly overflowed: number;
  /** Requests that wait. */
  readonly waiting: number;
  /** Ten buckets at most: the limiter keeps hashes in the place of keys, and remembers only few of the keys to show them. */
  readonly buckets: Readonly<Record<string, { capacity: number; available: number; refillRate: number }>>;
}

/**
 * Token buckets by key, in bounded memory: each starts full, refills continuously and admits what it has tokens for.
 *
 * At `maxKeys` a new key takes the place of a bucket that has refilled, which forgets nothing. When there is none, it shares an overflow
 * bucket with other newcomers: it may be limited more than it should be, never less, and no busy key loses its bucket.
 */
export class RateLimiter {
  /** Buckets and waiters, shared with the limits of operations; not for applications. */
  readonly room: WaitingRoom;
  readonly #buckets: Buckets;
  readonly #scope: KeyScope;

  constructor(options: RateLimiterOptions = {}) {
    assertLimiterOptions(options);
    const { maxKeys = DEFAULT_MAX_KEYS, clock = systemClock } = options;
    if (!(Number.isSafeInteger(maxKeys) && maxKeys >= 1 && maxKeys <= MOST_KEYS)) {
      throw new InvalidArgumentError(`maxKeys must be a whole number from 1 to ${MOST_KEYS}, got ${maxKeys}`);
    }
    this.#buckets = new Buckets(maxKeys, clock);
    this.room = new WaitingRoom(this.#buckets, clock);
    this.#scope = this.#buckets.hasher.scope('');
  }

  /**
   * Whether `key` may spend `cost` tokens now; takes them if so.
   *
   * @throws InvalidArgumentError when the limit or the cost cannot work
   */
  check(key: string, capacity: number, windowSeconds: number, cost = 1): boolean {
    const buckets = this.#buckets;
    const scope = this.#scope;
    const nowMs = buckets.now();
    const plan = buckets.plans.of(capacity, windowSeconds, nowMs);
    if (key !== scope.latest) scope.hash(key);
    const { slot } = scope;
    const usual = this.room.empty && cost > 0 && cost <= capacity;
    if (!usual || !buckets.table.holdsUnder(slot, scope.low, scope.high, plan.id)) {
      return this.#take(key, plan, cost, nowMs) === 0;
    }
    // What #take would do as well. As calls, of which the engine does not make one piece, it would take half as long again.
    const { times } = buckets.table;
    const afterMs = Math.max(times[slot] as number, nowMs) + cost * plan.intervalMs;
    if (afterMs - nowMs - plan.burstMs > plan.slackMs) return false;
    times[slot] = afterMs;
    if (afterMs > plan.latestMs) plan.latestMs = afterMs;
    return true;
  }

  /** {@link check} with the reasons. A limit that differs from the one the key had applies at once and keeps the level. */
  decide(key: string, limit: RateLimitConfig, cost = 1): RateLimitDecision {
    const nowMs = this.#buckets.now();
    const plan = this.#buckets.plans.of(limit.capacity, limit.windowSeconds, nowMs);
    const waitMs = this.#take(key, plan, cost, nowMs);
    return decisionOf(plan, this.#buckets.fullAtMs, waitMs, nowMs);
  }

  /**
   * Takes tokens, waiting for them if need be: first come, first served within a key.
   *
   * @throws RateLimitExceeded when the wait would be too long or too many wait; the signal's reason when it aborts;
   * InvalidArgumentError when the limit or the cost cannot work
   */
  async acquire(key: string, limit: RateLimitConfig, options: AcquireOptions = {}): Promise<RateLimitDecision> {
    assertAcquireOptions(options);
    const { cost = 1 } = options;
    const plan = this.#buckets.plans.of(limit.capacity, limit.windowSeconds, this.#buckets.now());
    assertCanPass(cost, plan.capacity);
    const { claim } = await this.#acquire(key, plan, cost, cost, options);
    return decisionOf(plan, claim.fullAtMs, 0, this.#buckets.now());
  }

  /**
   * Takes an estimated cost, to be corrected once the actual one is known. An estimate above the capacity waits for a full bucket and
   * leaves it in debt. Waits and throws as {@link acquire} does.
   */
  async reserve(
    key: string,
    limit: RateLimitConfig,
    estimate: number,
    options: Omit<AcquireOptions, 'cost'> = {},
  ): Promise<Reservation> {
    assertReserveOptions(options);
    assertCost(estimate);
    const plan = this.#buckets.plans.of(limit.capacity, limit.windowSeconds, this.#buckets.now());
    const { claim, waitedMs } = await this.#acquire(key, plan, Math.min(estimate, plan.capacity), estimate, options);
    return new Reservation(this.room, [claim], estimate, waitedMs);
  }

  /** Tokens that `key` could spend now. Creates and changes nothing. */
  getRemaining(key: string, capacity: number, windowSeconds: number): number {
    const nowMs = this.#buckets.now();
    const plan = this.#buckets.plans.of(capacity, windowSeconds, nowMs);
    const known = this.#buckets.levelOf(this.#scope, key, nowMs);
    return known === undefined
      ? this.#buckets.newcomerLevel(this.#scope, key, plan, nowMs)
      : Math.min(known.available, capacity);
  }

  /** Fills the bucket of `key`. An unknown key is no error; a bucket that newcomers share is not filled for one of them. */
  reset(key: string): void {
    this.#buckets.fill(this.#scope, key);
    this.room.refreshBucket('', key);
  }

  /** Fills every bucket, those of operations included. */
  resetAll(): void {
    this.#buckets.fillAll();
    this.room.refresh();
  }

  /** Buckets held now, full ones that wait to be given up included. Costs nothing to read. */
  get keysInUse(): number {
    return this.#buckets.table.occupied;
  }

  /** Full buckets that were given up for another key since the start. Costs nothing to read. */
  get evictions(): number {
    return this.#buckets.table.evicted;
  }

  /** Decisions on newcomers that shared a bucket, because every bucket was taken by a key that was not idle. Costs nothing to read. */
  get overflows(): number {
    return this.#buckets.overflowed;
  }

  getStats(): RateLimiterStats {
    const { table } = this.#buckets;
    const nowMs = this.#buckets.now();
    const buckets: Record<string, { capacity: number; available: number; refillRate: number }> = {};
    for (const { scope, key } of this.#buckets.named()) {
      const level = this.#buckets.levelOf(scope, key, nowMs);
      if (level === undefined) continue;
      const { capacity, windowSeconds } = level.plan;
      const name = scope.name === '' ? key : `${scope.name.replace('\0', '/')} ${key}`;
      buckets[name] = { capacity, available: level.available, refillRate: capacity / windowSeconds };
    }
    return {
      totalBuckets: this.keysInUse,
      maxKeys: table.maxKeys,
      evicted: this.evictions,
      overflowed: this.overflows,
      waiting: this.room.waiting,
      buckets,
    };
  }

  #take(key: string, plan: Plan, cost: number, nowMs: number): number {
    assertCanPass(cost, plan.capacity);
    if (this.room.empty) return this.#buckets.take(this.#scope, key, plan, cost, nowMs);
    const claim = newClaim(this.#scope, key, plan, { need: cost, charge: cost, maxWaitMs: 0, queue: 0 });
    this.room.take([claim], nowMs);
    this.#buckets.fullAtMs = claim.fullAtMs;
    return claim.waitMs;
  }

  async #acquire(
    key: string,
    plan: Plan,
    need: number,
    charge: number,
    options: AcquireOptions,
  ): Promise<{ claim: Claim; waitedMs: number }> {
    const { maxWaitMs = Number.POSITIVE_INFINITY, queue = 1000, signal } = options;
    signal?.throwIfAborted();
    const claim = newClaim(this.#scope, key, plan, { need, charge, maxWaitMs, queue });
    const startedMs = this.#buckets.now();
    if (this.room.take([claim], startedMs)) return { claim, waitedMs: 0 };
    const end = this.room.canWait([claim], maxWaitMs) ? await this.room.wait([claim], maxWaitMs, signal) : 'late';
    if (end === 'admitted') return { claim, waitedMs: this.#buckets.now() - startedMs };
    if (end === 'aborted') throw signal?.reason;
    const { capacity: limit, windowSeconds } = plan;
    throw new RateLimitExceeded({ key, limit, windowSeconds, retryAfterMs: claim.waitMs });
  }
}
