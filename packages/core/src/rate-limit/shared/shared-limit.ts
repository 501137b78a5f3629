import { RateLimitExceeded } from '../../errors.ts';
import { type AcquireOptions, assertAcquireOptions, assertReserveOptions } from '../limiter-options.ts';
import { assertCanPass, assertCost, assertPositive } from '../validate.ts';
import { BucketCache } from './bucket-cache.ts';
import { FILL } from './bucket-request.ts';
import type { BucketWorld, StoreWaiter } from './bucket-world.ts';
import type { SharedBucket } from './shared-bucket.ts';
import { type SharedDecision, type SharedRate, sharedDecision } from './shared-decision.ts';
import { SharedReservation } from './shared-reservation.ts';
import { type ClaimedLimit, type SharedClaim, takeAll } from './take-all.ts';

/** Where limits have their buckets from. */
export interface BucketSource {
  readonly world: BucketWorld;
  readonly maxKeys: number;
  newBucket(limit: string, group: string | undefined, key: string, rate: SharedRate): SharedBucket;
}

/** One limit that processes share: a bucket for each key. */
export class SharedLimit implements ClaimedLimit {
  readonly name: string;
  readonly group: string | undefined;
  readonly world: BucketWorld;
  readonly #source: BucketSource;
  readonly #buckets: BucketCache;
  #rate: SharedRate;

  constructor(source: BucketSource, name: string, rate: SharedRate, group: string | undefined) {
    this.#source = source;
    this.world = source.world;
    this.#buckets = new BucketCache(source.maxKeys);
    this.name = name;
    this.group = group;
    this.#rate = checked(rate);
  }

  get rate(): SharedRate {
    return this.#rate;
  }

  /** Applies a changed limit, to the shared buckets with the next question about each. They keep their levels. */
  configure(rate: SharedRate): void {
    this.#rate = checked(rate);
  }

  /**
   * Whether `key` may spend `cost` tokens now; takes them if so. At once with a lease, or when the store has refused shortly before; else
   * after one round trip, in which all who ask at the same time share.
   *
   * @throws InvalidArgumentError for a cost that can never pass
   */
  check(key: string, cost = 1): boolean | Promise<boolean> {
    const leased = this.#buckets.get(key);
    if (leased?.rate === this.#rate && leased.spend(cost, this.world.clock.now())) return true;
    const decision = this.decide(key, cost);
    return decision instanceof Promise ? decision.then(({ admitted }) => admitted) : decision.admitted;
  }

  /** {@link check} with the reasons. */
  decide(key: string, cost = 1): SharedDecision | Promise<SharedDecision> {
    assertCanPass(cost, this.#rate.capacity, `the limit '${this.name}'`);
    const bucket = this.bucket(key);
    const nowMs = this.world.clock.now();
    return bucket.takeNow(cost, nowMs) ?? this.#wait(bucket, cost, nowMs, undefined);
  }

  /** Decides by a lease or by what the store said shortly before; undefined when the store must be asked. Takes the tokens if it admits. */
  decideNow(key: string, cost = 1): SharedDecision | undefined {
    assertCanPass(cost, this.#rate.capacity, `the limit '${this.name}'`);
    return this.bucket(key).takeNow(cost, this.world.clock.now());
  }

  /**
   * {@link decide}, waiting for tokens as {@link acquire} does. A decision either way: it rejects only with the signal's reason.
   *
   * @param again whether {@link decideNow} was asked before
   */
  async decideWithin(
    key: string,
    cost: number,
    options: Omit<AcquireOptions, 'cost'>,
    again: boolean = false,
  ): Promise<SharedDecision> {
    const { maxWaitMs = Number.POSITIVE_INFINITY, queue = 1000, signal } = options;
    const bucket = this.bucket(key);
    const nowMs = this.world.clock.now();
    const atOnce = bucket.takeNow(cost, nowMs, again);
    if (atOnce?.admitted === true) return atOnce;
    const retryAfterMs = atOnce?.retryAfterMs ?? bucket.emptyMs(cost);
    if (retryAfterMs > 0 && (maxWaitMs < retryAfterMs || bucket.waiting >= queue)) {
      return atOnce ?? sharedDecision(this.#rate, bucket.level.free(nowMs), retryAfterMs, 'memory');
    }
    return this.#wait(bucket, cost, nowMs + maxWaitMs, signal);
  }

  /**
   * Takes tokens, waiting for them if need be: first come, first served among those of this process.
   *
   * @throws RateLimitExceeded when the wait would be too long or too many wait; the signal's reason when it aborts;
   * InvalidArgumentError when the cost cannot work
   */
  async acquire(key: string, options: AcquireOptions = {}): Promise<SharedDecision> {
    assertAcquireOptions(options);
    const { cost = 1, ...wait } = options;
    assertCanPass(cost, this.#rate.capacity, `the limit '${this.name}'`);
    options.signal?.throwIfAborted();
    const decision = await this.decideWithin(key, cost, wait);
    if (!decision.admitted) throw this.#refusal(key, decision.retryAfterMs);
    return decision;
  }

  /**
   * Takes an estimated cost, to be corrected once the actual one is known. An estimate above the capacity waits for a full bucket and
   * leaves it in debt. Waits and throws as {@link acquire} does.
   */
  async reserve(key: string, estimate: number, options: Omit<AcquireOptions, 'cost'> = {}): Promise<SharedReservation> {
    assertReserveOptions(options);
    assertCost(estimate);
    const claim: SharedClaim = { limit: this, key, cost: estimate, mayGoIntoDebt: true };
    const [decision] = await takeAll([claim], options);
    if (decision?.admitted !== true) throw this.#refusal(key, decision?.retryAfterMs ?? 0);
    return new SharedReservation([claim], estimate);
  }

  /** What a key could spend now, as the store has it, or as this process last heard while the store is down. Changes nothing. */
  async peek(key: string): Promise<{ readonly remaining: number; readonly leased: number }> {
    const bucket = this.bucket(key);
    const { clock, link } = this.world;
    const { capacity } = this.#rate;
    const request = bucket.level.bare(clock.now());
    try {
      const [answer] = (await link.ask([request], 0)).buckets;
      return {
        remaining: Math.min(capacity, Math.max(0, answer?.free ?? 0)) + bucket.held,
        leased: answer?.leased ?? 0,
      };
    } catch {
      return { remaining: Math.max(0, bucket.level.free(clock.now())) + bucket.held, leased: 0 };
    }
  }

  /**
   * Fills the bucket of a key for everybody; tokens that are leased stay so.
   *
   * @throws StoreUnavailable when the store cannot be reached
   */
  async reset(key: string): Promise<void> {
    const bucket = this.bucket(key);
    const { clock, link } = this.world;
    const answer = await link.ask([bucket.level.bare(clock.now())], FILL);
    const [filled] = answer.buckets;
    if (filled !== undefined) bucket.learn(answer, filled, clock.now());
    bucket.configure(this.#rate);
  }

  /** The bucket of a key; not for applications. */
  bucket(key: string): SharedBucket {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = this.#source.newBucket(this.name, this.group, key, this.#rate);
      this.#buckets.add(key, bucket, this.world.clock.now());
    } else if (bucket.rate !== this.#rate) bucket.configure(this.#rate);
    return bucket;
  }

  #wait(bucket: SharedBucket, cost: number, untilMs: number, signal: AbortSignal | undefined): Promise<SharedDecision> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        waiter.gone = true;
        reject(signal?.reason);
      };
      const waiter: StoreWaiter = {
        cost,
        untilMs,
        gone: false,
        decide: (decision) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(decision);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      bucket.join(waiter);
    });
  }

  #refusal(key: string, retryAfterMs: number): RateLimitExceeded {
    const { capacity: limit, windowSeconds } = this.#rate;
    return new RateLimitExceeded({ key, limit, windowSeconds, retryAfterMs });
  }
}

function checked({ capacity, windowSeconds }: SharedRate): SharedRate {
  assertPositive('Capacity', capacity);
  assertPositive('Window seconds', windowSeconds);
  return { capacity, windowSeconds };
}
