import type { AdaptiveLimitConfig } from '../config/types.ts';
import { LatencyBaseline } from './latency-baseline.ts';
import { cut, type LimitAlgorithm, type LimitSample, saturated, withinBounds } from './limit-algorithm.ts';
import { SampleWindow } from './sample-window.ts';

/** Recent latency may be this many times the baseline before it counts as queueing. Netflix' default. */
const TOLERANCE = 1.5;

/** Share of the way to the new estimate that one window goes. Netflix' default. */
const SMOOTHING = 0.2;

/** Saturated windows after which the limit is halved for a moment, to see the latency without our own queue. */
const WINDOWS_PER_PROBE = 50;

/** The same, before the first probe and after one that found half the limit to be enough: less may be enough too. */
const WINDOWS_TO_NEXT_PROBE = 5;

/** Share of the throughput at the whole limit that half of it must reach to be enough. */
const ENOUGH = 0.95;

/** Discards what was under way at the higher limit, then measures. */
type Probe = 'none' | 'draining' | 'measuring';

/**
 * Compares recent latency with a long-term baseline, and lets the limit grow by the square root of itself while recent latency is not much
 * longer:
 *
 *     gradient = max(0.5, min(1, tolerance × baseline ÷ recent))
 *     limit    = limit × (1 − smoothing) + (limit × gradient + √limit) × smoothing
 *
 * once per window of at least as many attempts as the limit is high. Overload cuts the limit instead.
 *
 * The formula is that of `Gradient2Limit` in Netflix concurrency-limits (github.com/Netflix/concurrency-limits), with the headroom √limit of
 * its `GradientLimit`. There a limit that is in use all the time drifts up, because the baseline learns from the queue that the limit itself
 * makes. Here the baseline learns upwards only from windows in which the limit was not in use, and from short spells at half the limit,
 * as BBR's ProbeRTT (Cardwell et al., ACM Queue 2016) and the minRTT window of Envoy's adaptive concurrency filter do.
 */
export class GradientLimit implements LimitAlgorithm {
  readonly #window = new SampleWindow();
  readonly #baseline: LatencyBaseline;
  #config: AdaptiveLimitConfig;
  #limit: number;
  #probe: Probe = 'none';
  /** Of the last window at the whole limit. */
  #latencyMs = 0;
  #windowsToProbe = WINDOWS_TO_NEXT_PROBE;

  constructor(initialLimit: number, config: AdaptiveLimitConfig) {
    this.#config = config;
    this.#limit = withinBounds(initialLimit, config);
    this.#baseline = new LatencyBaseline(config.maxHealthyLatencyMs);
  }

  get limit(): number {
    return Math.floor(this.#probe === 'none' ? this.#limit : withinBounds(this.#limit / 2, this.#config));
  }

  observe({ durationMs, outcome, inFlight }: LimitSample): void {
    if (outcome === 'ignored') return;
    if (outcome === 'overload') this.#window.addOverload();
    else this.#window.add(durationMs, saturated(inFlight, this.limit));
    const enough = this.#probe === 'draining' ? this.#limit : this.limit;
    if (this.#window.isFull(enough)) this.#close();
  }

  configure(config: AdaptiveLimitConfig): void {
    this.#config = config;
    this.#limit = withinBounds(this.#limit, config);
    this.#baseline.setCeiling(config.maxHealthyLatencyMs);
  }

  #close(): void {
    const { latencyMs, overloaded, inUse } = this.#window.take();
    if (overloaded) {
      this.#probe = 'none';
      this.#limit = cut(this.#limit, this.#config);
    } else if (this.#probe === 'draining') {
      this.#probe = 'measuring';
    } else if (this.#probe === 'measuring') {
      this.#endProbe(latencyMs);
    } else if (inUse) {
      this.#baseline.seenInUse(latencyMs);
      this.#adapt(latencyMs);
      this.#latencyMs = latencyMs;
      this.#windowsToProbe -= 1;
      if (this.#windowsToProbe <= 0) this.#probe = 'draining';
    } else {
      this.#baseline.seenAtRest(latencyMs);
      this.#windowsToProbe = WINDOWS_PER_PROBE;
    }
  }

  #adapt(latencyMs: number): void {
    const gradient = Math.max(0.5, Math.min(1, (TOLERANCE * this.#baseline.ms) / latencyMs));
    const estimate = this.#limit * gradient + Math.sqrt(this.#limit);
    this.#limit = withinBounds(this.#limit * (1 - SMOOTHING) + estimate * SMOOTHING, this.#config);
  }

  /** By Little's law throughput is concurrency by latency. Where half of the one halves the other, the rest was our own queue. */
  #endProbe(latencyMs: number): void {
    const half = this.limit;
    const enough = half / latencyMs >= (ENOUGH * this.#limit) / this.#latencyMs;
    this.#probe = 'none';
    this.#baseline.probed(latencyMs);
    if (enough) this.#limit = half;
    this.#windowsToProbe = enough ? WINDOWS_TO_NEXT_PROBE : WINDOWS_PER_PROBE;
  }
}
