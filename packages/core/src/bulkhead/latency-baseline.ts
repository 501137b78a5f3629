/** Share of the way to a new latency that the baseline goes in one step. */
const STEP = {
  /** The limit was not in use, so what was seen is the callee's own latency. */
  atRest: 0.1,
  /** Nobody is quicker than the callee, so the baseline must have been too high. */
  lower: 0.05,
  /** It was much too high: an incident is over. */
  muchLower: 0.5,
  /** At half the limit it is quicker: what was seen before was our own queue. */
  probedLower: 0.5,
  /** At half the limit it is slow too. Believed slowly, or every incident would soon be the new normal. */
  probedHigher: 0.1,
} as const;

/** The latency of the callee without a queue of our making: what recent latency is compared with. Never above its ceiling. */
export class LatencyBaseline {
  #ms: number | undefined;
  #ceilingMs: number;

  /** Null: no ceiling. */
  constructor(ceilingMs: number | null) {
    this.#ceilingMs = ceilingMs ?? Number.POSITIVE_INFINITY;
  }

  /** Infinity before anything was seen: nothing is slow yet. */
  get ms(): number {
    return Math.min(this.#ms ?? Number.POSITIVE_INFINITY, this.#ceilingMs);
  }

  setCeiling(ceilingMs: number | null): void {
    this.#ceilingMs = ceilingMs ?? Number.POSITIVE_INFINITY;
  }

  /** A window while the limit did not bound concurrency. */
  seenAtRest(latencyMs: number): void {
    this.#move(latencyMs, STEP.atRest);
  }

  /** A window at the limit: it can only show that the baseline is too high. */
  seenInUse(latencyMs: number): void {
    if (this.#ms === undefined || latencyMs < this.ms) {
      this.#move(latencyMs, latencyMs < this.ms / 2 ? STEP.muchLower : STEP.lower);
    }
  }

  /** A window at half the limit. */
  probed(latencyMs: number): void {
    this.#move(latencyMs, latencyMs < this.ms ? STEP.probedLower : STEP.probedHigher);
  }

  #move(latencyMs: number, step: number): void {
    const from = this.#ms === undefined ? latencyMs : this.ms;
    this.#ms = from + (latencyMs - from) * step;
  }
}
