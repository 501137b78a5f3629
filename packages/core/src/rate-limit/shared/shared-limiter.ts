import { type Clock, systemClock } from '../../clock.ts';
import type { BucketWorld } from './bucket-world.ts';
import { SharedBucket } from './shared-bucket.ts';

import type { SharedRate } from './shared-decision.ts';
import { type BucketSource, SharedLimit } from './shared-limit.ts';
import { assertGroup, assertSharedOptions, type SharedRateLimiterOptions } from './shared-options.ts';
import { StoreBreaker } from './store-breaker.ts';
import { StoreFallback } from './store-fallback.ts';
import { storeKeyOf } from './store-key.ts';
import { StoreLink } from './store-link.ts';
import type { StoreErrorMode, StoreState } from './store-state.ts';

const SWEEP_MS = 10;
const SETTLEMENT_NUMBERS = 65_535;

/**
 * Rate limits that many processes share through Redis or Valkey. No window sees more admitted than the capacity and what it refills, by
 * the clock of the store for single decisions and by true time for leased tokens, except as `onStoreError` says while the store is down.
 *
 * Circuit breakers and retry budgets stay with their process on purpose: each sees the upstream from where it stands.
 */
export class SharedRateLimiter implements BucketSource {
  /** For the limits; not for applications. */
  readonly world: BucketWorld;
  readonly #client: SharedRateLimiterOptions['client'];
  readonly #clock: Clock;
  readonly #prefix: string;
  /** Buckets that are remembered, of each limit. */
  readonly maxKeys: number;
  readonly #breaker: StoreBreaker;
  #watching = false;
  #closed = false;

  /** @throws InvalidArgumentError for an option that cannot work */
  constructor(options: SharedRateLimiterOptions) {
    assertSharedOptions(options);
    const { client, onStoreError = 'local', expectedProcesses = 1, budgetMs = 50, leases = true } = options;
    const { prefix = 'cb:', maxKeys = 100_000, clock = systemClock, random = Math.random, onEvent, onAsked } = options;
    this.#client = client;
    this.#clock = clock;
    this.#prefix = prefix;
    this.maxKeys = maxKeys;
    let from: StoreState = 'up';
    // Processes begin at random, so that their numbers differ.
    let settlements = Math.floor(random() * SETTLEMENT_NUMBERS);
    this.#breaker = new StoreBreaker(clock, random, (to) => {
      onEvent?.({ type: 'rate_limit.store_changed', from, to, mode: onStoreError });
      from = to;
    });
    this.world = {
      link: new StoreLink(client, this.#breaker, clock, budgetMs, onAsked),
      fallback: new StoreFallback(onStoreError, expectedProcesses, maxKeys, clock),
      clock,
      leases,
      settlementNumber: () => {
        settlements = (settlements + 1) % SETTLEMENT_NUMBERS;
        return settlements + 1;
      },
      holding: new Set(),
      watch: () => this.#watch(),
    };
  }

  /** Whether the store decides. */
  get storeState(): StoreState {
    return this.#breaker.state;
  }

  /** What decides while the store does not. */
  get mode(): StoreErrorMode {
    return this.world.fallback.mode;
  }

  /** Commands sent to the store so far. */
  get storeCalls(): number {
    return this.world.link.calls;
  }

  /** Tokens that this process has leased and not spent. */
  get leasedTokens(): number {
    let tokens = 0;
    for (const bucket of this.world.holding) tokens += bucket.held;
    return tokens;
  }

  /**
   * A limit whose buckets every process shares that names it the same.
   *
   * @param options `group`: limits of one group can decide together, and live on one server of a cluster
   * @throws InvalidArgumentError for a capacity or window that is not a finite number above 0
   */
  limit(name: string, rate: SharedRate, options: { readonly group?: string } = {}): SharedLimit {
    assertGroup(options.group);
    return new SharedLimit(this, name, rate, options.group);
  }

  /** A bucket that nobody knows yet; not for applications. */
  newBucket(limit: string, group: string | undefined, key: string, rate: SharedRate): SharedBucket {
    return new SharedBucket(storeKeyOf(this.#prefix, limit, group, key), rate, this.world);
  }

  /** Gives leased tokens back and ends connections that were made for the limits. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (let rounds = 0; rounds < 4 && this.world.holding.size > 0; rounds += 1) {
      await Promise.all([...this.world.holding].map((bucket) => bucket.giveBack()));
      this.#sweep();
    }
    await this.#client.close?.();
  }

  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#clock.setTimeout(() => {
      this.#watching = false;
      if (this.#closed) return;
      this.#sweep();
      if (this.world.holding.size > 0) this.#watch();
    }, SWEEP_MS);
  }

  #sweep(): void {
    const nowMs = this.#clock.now();
    for (const bucket of this.world.holding) bucket.sweep(nowMs);
  }
}
