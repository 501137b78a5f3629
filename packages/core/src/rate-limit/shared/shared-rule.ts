import type { OperationRateLimitConfig } from '../../config/types.ts';
import { bucketKey, type CallKey } from '../call-key.ts';
import { type LimitOverrides, overrideName } from '../limit-overrides.ts';
import type { SharedLimit } from './shared-limit.ts';
import type { SharedRateLimiter } from './shared-limiter.ts';
import type { SharedClaim } from './take-all.ts';

/** A claim of a call on the shared bucket of one of its operation's limits. */
export interface RuleClaim extends SharedClaim {
  readonly rule: SharedRule;
  readonly limit: SharedLimit;
}

/** One limit of an operation that processes share: whose bucket a call uses, and how much that bucket holds. */
export class SharedRule {
  config: OperationRateLimitConfig;
  readonly group: string | undefined;
  readonly #limiter: SharedRateLimiter;
  readonly #name: string;
  readonly #limit: SharedLimit;
  /** Of the overrides, by their names. Their buckets are those of {@link #limit}, with other figures. */
  readonly #overridden = new Map<string, SharedLimit>();
  readonly #waiting = new Map<string, number>();
  #overrides: LimitOverrides = new Map();

  /**
   * @param name the same in every process
   * @param group of the limits that decide together
   */
  constructor(
    limiter: SharedRateLimiter,
    name: string,
    group: string | undefined,
    config: OperationRateLimitConfig,
    overrides: LimitOverrides,
  ) {
    this.#limiter = limiter;
    this.#name = name;
    this.group = group;
    this.config = config;
    this.#limit = this.#newLimit(config);
    this.configure(config, overrides);
  }

  /** Applies a changed limit. The shared buckets keep their levels. */
  configure(config: OperationRateLimitConfig, overrides: LimitOverrides): void {
    this.config = config;
    this.#overrides = overrides;
    this.#limit.configure(config);
    for (const name of this.#overridden.keys()) if (!overrides.has(name)) this.#overridden.delete(name);
    for (const [name, limit] of overrides) {
      const known = this.#overridden.get(name);
      if (known === undefined) this.#overridden.set(name, this.#newLimit(limit));
      else known.configure(limit);
    }
  }

  claim(asked: CallKey | undefined, cost: number, mayGoIntoDebt: boolean): RuleClaim {
    const key = bucketKey(asked, this.config.by);
    return { rule: this, limit: this.#limitOf(asked, key), key, cost, mayGoIntoDebt };
  }

  /** Spends leased tokens, if there are enough. */
  spend(asked: CallKey | undefined, cost: number): boolean {
    const key = bucketKey(asked, this.config.by);
    const limit = this.#limitOf(asked, key);
    return limit.bucket(key).spend(cost, limit.world.clock.now());
  }

  /** Capacity of the bucket of a key, and the tokens that it has now as far as this process knows. */
  levelOf(asked: CallKey | undefined): { readonly limit: number; readonly remaining: number } {
    const { limit, key } = this.claim(asked, 0, false);
    const bucket = limit.bucket(key);
    const free = Math.max(0, bucket.level.free(limit.world.clock.now()));
    return { limit: limit.rate.capacity, remaining: Math.min(limit.rate.capacity, free + bucket.held) };
  }

  /** Whether one more may wait for the bucket of a key; if so, {@link leaveQueue} must be called. */
  joinQueue(key: string): boolean {
    const waiting = this.#waiting.get(key) ?? 0;
    if (waiting >= this.config.queue) return false;
    this.#waiting.set(key, waiting + 1);
    return true;
  }

  leaveQueue(key: string): void {
    const waiting = (this.#waiting.get(key) ?? 0) - 1;
    if (waiting > 0) this.#waiting.set(key, waiting);
    else this.#waiting.delete(key);
  }

  #limitOf(asked: CallKey | undefined, key: string): SharedLimit {
    const name = overrideName(this.#overrides, this.config.by, asked, key);
    return (name === undefined ? undefined : this.#overridden.get(name)) ?? this.#limit;
  }

  #newLimit(rate: { readonly capacity: number; readonly windowSeconds: number }): SharedLimit {
    return this.#limiter.limit(this.#name, rate, this.group === undefined ? {} : { group: this.group });
  }
}

/** What a limit is called in the store. */
export function sharedName(operation: string, limit: string): string {
  return `${sharedGroup(operation)}/${escaped(limit)}`;
}

/** What the limits of an operation that decide together are called in the store. */
export function sharedGroup(operation: string): string {
  return escaped(operation);
}

function escaped(name: string): string {
  return name.replace(/[%/{}]/g, encodeURIComponent);
}
