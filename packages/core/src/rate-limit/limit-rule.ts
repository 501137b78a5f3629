import type { OperationRateLimitConfig, RateLimitConfig } from '../config/types.ts';
import { RateLimitExceeded, type RateLimitExceededDetails } from '../errors.ts';
import type { Buckets } from './buckets.ts';
import { bucketKey, type CallKey, shownBucket } from './call-key.ts';
import { type Claim, newClaim } from './claim.ts';
import type { KeyScope } from './key-hash.ts';
import { type LimitOverrides, overrideName } from './limit-overrides.ts';
import type { Plan } from './plan.ts';

/** A claim of a call on the bucket of one of its operation's limits. */
export interface LimitClaim extends Claim {
  readonly rule: LimitRule;
  readonly asked: CallKey | undefined;
  readonly cost: number;
}

/** What a call counts: whoever takes several tokens at once has a limit of tokens. */
export function unitOf(cost: number): LimitUnit {
  return cost === 1 ? 'requests' : 'tokens';
}

export type LimitUnit = NonNullable<RateLimitExceededDetails['unit']>;

/** One limit of an operation: whose bucket a call uses, and how much that bucket holds. */
export class LimitRule {
  readonly scope: KeyScope;
  config: OperationRateLimitConfig;
  readonly #buckets: Buckets;
  #overrides: LimitOverrides;
  #plan: Plan;

  constructor(scope: KeyScope, config: OperationRateLimitConfig, overrides: LimitOverrides, buckets: Buckets) {
    this.scope = scope;
    this.config = config;
    this.#buckets = buckets;
    this.#overrides = overrides;
    this.#plan = this.#planOf(config);
  }

  /** Applies a changed limit. Buckets keep their levels, those of newcomers that share one included. */
  configure(config: OperationRateLimitConfig, overrides: LimitOverrides): void {
    const nowMs = this.#buckets.now();
    const before = [
      this.#plan,
      ...[...overrides.keys()].map((key) => this.#planOf(this.#overrides.get(key) ?? this.config)),
    ];
    this.config = config;
    this.#overrides = overrides;
    this.#plan = this.#planOf(config);
    const after = [this.#plan, ...[...overrides.values()].map((limit) => this.#planOf(limit))];
    for (const [at, plan] of after.entries()) this.#buckets.inherit(before[at] ?? plan, plan, nowMs);
  }

  /**
   * Takes the tokens of a call if they are there, and changes nothing if they are not. Undefined when they were taken, else the refusal, if
   * it is `final`; null leaves the question open.
   */
  takeQuietly(
    asked: CallKey | undefined,
    cost: number,
    operation: string,
    final: boolean,
  ): RateLimitExceeded | undefined | null {
    const { by, mode, maxWaitMs } = this.config;
    const key = bucketKey(asked, by);
    const plan = this.planFor(asked, key);
    if (mode !== 'enforce' || cost > plan.capacity) return null;
    const waitMs = this.#buckets.take(this.scope, key, plan, cost, this.#buckets.now());
    if (waitMs === 0) return undefined;
    return final && maxWaitMs === 0 ? this.refusal(operation, key, plan, waitMs, unitOf(cost)) : null;
  }

  /** Capacity of the bucket of a key, and the tokens that it has now. */
  levelOf(asked: CallKey | undefined): { readonly limit: number; readonly remaining: number } {
    const key = bucketKey(asked, this.config.by);
    const plan = this.planFor(asked, key);
    const nowMs = this.#buckets.now();
    const known = this.#buckets.levelOf(this.scope, key, nowMs);
    const remaining = known?.available ?? this.#buckets.newcomerLevel(this.scope, key, plan, nowMs);
    return { limit: plan.capacity, remaining };
  }

  refusal(
    operation: string,
    key: string,
    { capacity, windowSeconds }: Plan,
    retryAfterMs: number,
    unit: LimitUnit,
  ): RateLimitExceeded {
    const shown = shownBucket(this.config.by, key);
    return new RateLimitExceeded({ key: shown, operation, limit: capacity, windowSeconds, retryAfterMs, unit });
  }

  claim(asked: CallKey | undefined, cost: number, mayGoIntoDebt: boolean): LimitClaim {
    const key = bucketKey(asked, this.config.by);
    const plan = this.planFor(asked, key);
    const { maxWaitMs, queue } = this.config;
    const need = mayGoIntoDebt ? Math.min(cost, plan.capacity) : cost;
    return Object.assign(newClaim(this.scope, key, plan, { need, charge: cost, maxWaitMs, queue }), {
      rule: this,
      asked,
      cost,
    });
  }

  /** The limit of a key: its override, else that of everybody. */
  planFor(asked: CallKey | undefined, key: string): Plan {
    const name = overrideName(this.#overrides, this.config.by, asked, key);
    const override = name === undefined ? undefined : this.#overrides.get(name);
    return override === undefined ? this.#plan : this.#planOf(override);
  }

  #planOf({ capacity, windowSeconds }: RateLimitConfig): Plan {
    return this.#buckets.plans.of(capacity, windowSeconds, this.#buckets.now());
  }
}
