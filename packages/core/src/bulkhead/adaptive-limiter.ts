import type { AdaptiveLimitConfig } from '../config/types.ts';
import { AimdLimit } from './aimd-limit.ts';
import { GradientLimit } from './gradient-limit.ts';
import type { LimitAlgorithm, LimitSample } from './limit-algorithm.ts';

/** A limit of concurrency that follows what the callee bears, between `minLimit` and `maxLimit`. */
export class AdaptiveLimiter {
  readonly #kind: AdaptiveLimitConfig['algorithm'];
  readonly #algorithm: LimitAlgorithm;

  /** `initialLimit` outside the bounds is moved to the nearer one. */
  constructor(initialLimit: number, config: AdaptiveLimitConfig) {
    this.#kind = config.algorithm;
    this.#algorithm =
      config.algorithm === 'aimd' ? new AimdLimit(initialLimit, config) : new GradientLimit(initialLimit, config);
  }

  /** Calls that may run at once, a whole number. */
  get limit(): number {
    return this.#algorithm.limit;
  }

  /** Takes the result of an attempt into account and returns the limit from now on. */
  onResult(sample: LimitSample): number {
    this.#algorithm.observe(sample);
    return this.#algorithm.limit;
  }

  /** Goes on with other bounds. Returns false, and changes nothing, for another algorithm: what was learned means nothing to it. */
  configure(config: AdaptiveLimitConfig): boolean {
    if (config.algorithm !== this.#kind) return false;
    this.#algorithm.configure(config);
    return true;
  }
}
