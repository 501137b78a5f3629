import { type Clock, systemClock } from '../clock.ts';
import type { RateLimitConfig } from '../config/types.ts';
import { InvalidArgumentError } from '../errors.ts';
import { type BucketDecision, TokenBucket } from './token-bucket.ts';

/** How many old entries one insertion into a full table may look at: bounds the cost of a flood of new keys. */
const EVICTION_STEPS = 8;

const DEFAULT_MAX_KEYS = 100_000;

export interface RateLimiterOptions {
  /** Most buckets held at once. Default 100,000. */
  readonly maxKeys?: number;
  readonly clock?: Clock;
}

export interface RateLimiterStats {
  readonly totalBuckets: number;
  /** At most ten of them, in the order in which they would be looked at for eviction. */
  readonly buckets: Readonly<Record<string, { capacity: number; available: number; refillRate: number }>>;
}

/**
 * Token buckets by key, in bounded memory.
 *
 * At `maxKeys` a new key takes the place of a bucket that has refilled, which forgets nothing. When none of the few that
 * are looked at has, the newcomer shares one overflow bucket with other newcomers: it may be limited more than it should
 * be, never less, and no busy key loses its bucket.
 */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #maxKeys: number;
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #overflow = new Map<string, TokenBucket>();

  constructor(options: RateLimiterOptions = {}) {
    const { maxKeys = DEFAULT_MAX_KEYS, clock = systemClock } = options;
    if (!Number.isSafeInteger(maxKeys) || maxKeys < 1) {
      throw new InvalidArgumentError(`maxKeys must be a whole number of at least 1, got ${maxKeys}`);
    }
    this.#maxKeys = maxKeys;
    this.#clock = clock;
  }

  /** Whether `key` may spend `cost` tokens now; takes them if so. */
  check(key: string, capacity: number, windowSeconds: number, cost = 1): boolean {
    return this.decide(key, { capacity, windowSeconds }, cost).admitted;
  }

  /**
   * {@link check} with the reasons. A limit that differs from the one the key had applies at once and keeps the level.
   *
   * @throws InvalidArgumentError when the limit or the cost cannot work
   */
  decide(key: string, limit: RateLimitConfig, cost = 1): BucketDecision {
    return this.#bucketOf(key, limit).take(cost);
  }

  /** Tokens that `key` could spend now; the whole capacity when it has no bucket. Creates nothing. */
  getRemaining(key: string, capacity: number): number {
    return this.#buckets.get(key)?.getAvailableTokens() ?? capacity;
  }

  /** Fills the bucket of `key`; an unknown key is no error. */
  reset(key: string): void {
    this.#buckets.get(key)?.reset();
  }

  /** Fills every bucket. */
  resetAll(): void {
    for (const bucket of this.#buckets.values()) bucket.reset();
    for (const bucket of this.#overflow.values()) bucket.reset();
  }

  getStats(): RateLimiterStats {
    const buckets: Record<string, { capacity: number; available: number; refillRate: number }> = {};
    for (const [key, bucket] of this.#buckets) {
      if (Object.keys(buckets).length >= 10) break;
      buckets[key] = {
        capacity: bucket.capacity,
        available: bucket.getAvailableTokens(),
        refillRate: bucket.refillPerSecond,
      };
    }
    return { totalBuckets: this.#buckets.size, buckets };
  }

  #bucketOf(key: string, limit: RateLimitConfig): TokenBucket {
    const known = this.#buckets.get(key);
    if (known !== undefined) return configured(known, limit);
    if (this.#buckets.size >= this.#maxKeys && !this.#evictFullBucket()) return this.#overflowOf(limit);
    const bucket = this.#newBucket(limit);
    this.#buckets.set(key, bucket);
    return bucket;
  }

  /** Drops one refilled bucket among the oldest few; the others move to the end, so that the next insertion sees new ones. */
  #evictFullBucket(): boolean {
    let steps = 0;
    for (const [key, bucket] of this.#buckets) {
      this.#buckets.delete(key);
      if (bucket.full) return true;
      this.#buckets.set(key, bucket);
      steps += 1;
      if (steps >= EVICTION_STEPS) return false;
    }
    return false;
  }

  /** One bucket for every newcomer under the same limit, so their number is that of the configured limits. */
  #overflowOf(limit: RateLimitConfig): TokenBucket {
    const name = `${limit.capacity}/${limit.windowSeconds}`;
    let bucket = this.#overflow.get(name);
    if (bucket === undefined) {
      bucket = this.#newBucket(limit);
      this.#overflow.set(name, bucket);
    }
    return bucket;
  }

  #newBucket(limit: RateLimitConfig): TokenBucket {
    return new TokenBucket(limit.capacity, refillPerSecond(limit), this.#clock);
  }
}

function configured(bucket: TokenBucket, limit: RateLimitConfig): TokenBucket {
  const rate = refillPerSecond(limit);
  if (bucket.capacity !== limit.capacity || bucket.refillPerSecond !== rate) bucket.configure(limit.capacity, rate);
  return bucket;
}

function refillPerSecond(limit: RateLimitConfig): number {
  if (!(limit.windowSeconds > 0) || limit.windowSeconds === Number.POSITIVE_INFINITY) {
    throw new InvalidArgumentError(`Window seconds must be positive and finite, got ${limit.windowSeconds}`);
  }
  return limit.capacity / limit.windowSeconds;
}
