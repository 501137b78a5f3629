import type { OperationRateLimitConfig, RateLimitConfig } from '../config/types.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { BucketDecision } from './token-bucket.ts';

/** The key of calls that name none. */
const DEFAULT_KEY = 'default';

export type LimitOverrides = ReadonlyMap<string, RateLimitConfig>;

export interface LimitDecision extends BucketDecision {
  readonly key: string;
  readonly windowSeconds: number;
}

/** The rate limit of one operation: its own buckets, whatever other operations do with the same keys. */
export class OperationLimit {
  readonly name: string;
  readonly config: OperationRateLimitConfig;
  readonly #limiter: RateLimiter;
  readonly #overrides: LimitOverrides;

  constructor(name: string, config: OperationRateLimitConfig, limiter: RateLimiter, overrides: LimitOverrides) {
    this.name = name;
    this.config = config;
    this.#limiter = limiter;
    this.#overrides = overrides;
  }

  decide(key: string = DEFAULT_KEY, cost = 1): LimitDecision {
    const limit = this.limitFor(key);
    const decision = this.#limiter.decide(`${this.name}\0${key}`, limit, cost);
    return { ...decision, key, windowSeconds: limit.windowSeconds };
  }

  /** The limit of `key`: its own override, else that of its longest prefix ending at a `:`, else the operation's. */
  limitFor(key: string): RateLimitConfig {
    if (this.#overrides.size === 0) return this.config;
    for (let end = key.length; end > 0; end = key.lastIndexOf(':', end - 1)) {
      const override = this.#overrides.get(key.slice(0, end));
      if (override !== undefined) return override;
    }
    return this.config;
  }
}
