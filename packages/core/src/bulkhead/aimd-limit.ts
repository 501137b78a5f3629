import type { AdaptiveLimitConfig } from '../config/types.ts';
import { cut, type LimitAlgorithm, type LimitSample, saturated, withinBounds } from './limit-algorithm.ts';

/**
 * Additive increase, multiplicative decrease, as TCP avoids congestion: one slot more for every limit-full of successes while the limit is
 * what bounds concurrency, a tenth less after overload. A success slower than `maxHealthyLatencyMs` is overload too.
 *
 * One wave of overload cuts once: attempts that were under way at the cut say nothing about the lower limit.
 *
 * Sources: Jacobson, "Congestion Avoidance and Control" (SIGCOMM 1988): 1/limit per acknowledgement, one cut per round trip; Chiu and
 * Jain, "Analysis of the Increase and Decrease Algorithms" (1989): why this converges to a fair share; Netflix concurrency-limits,
 * `AIMDLimit`: the ratio of 0.9 and the latency that counts as a loss.
 */
export class AimdLimit implements LimitAlgorithm {
  #config: AdaptiveLimitConfig;
  #limit: number;
  /** Attempts still to end that were under way when the limit was last cut. */
  #cutInFlight = 0;

  constructor(initialLimit: number, config: AdaptiveLimitConfig) {
    this.#config = config;
    this.#limit = withinBounds(initialLimit, config);
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  observe({ durationMs, outcome, inFlight }: LimitSample): void {
    const afterCut = this.#cutInFlight > 0;
    if (afterCut) this.#cutInFlight -= 1;
    if (outcome === 'ignored') return;
    if (outcome === 'overload' || durationMs > (this.#config.maxHealthyLatencyMs ?? Number.POSITIVE_INFINITY)) {
      if (afterCut) return;
      this.#cutInFlight = inFlight - 1;
      this.#limit = cut(this.#limit, this.#config);
    } else if (saturated(inFlight, this.#limit)) {
      this.#limit = withinBounds(this.#limit + 1 / this.#limit, this.#config);
    }
  }

  configure(config: AdaptiveLimitConfig): void {
    this.#config = config;
    this.#limit = withinBounds(this.#limit, config);
  }
}
