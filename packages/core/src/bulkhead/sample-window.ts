/** Fewest attempts whose mean latency means something. */
const MIN_SAMPLES = 20;

/** A latency too short for the clock must not be divided by. */
const SHORTEST_MS = 0.001;

/** Mean of one window of attempts. */
export interface WindowResult {
  readonly latencyMs: number;
  readonly overloaded: boolean;
  /** Whether the limit bounded concurrency at half of the attempts or more. */
  readonly inUse: boolean;
}

/** The attempts since the limit was last adapted. */
export class SampleWindow {
  #samples = 0;
  #totalMs = 0;
  #inUse = 0;
  #overloads = 0;

  add(durationMs: number, saturated: boolean): void {
    this.#samples += 1;
    this.#totalMs += durationMs;
    if (saturated) this.#inUse += 1;
  }

  /** Its latency says nothing: a refusal is quick, and a timeout takes as long as somebody chose. */
  addOverload(): void {
    this.#overloads += 1;
  }

  /** Full with as many attempts as may run at once, so that one window is about one round trip. */
  isFull(limit: number): boolean {
    return this.#samples + this.#overloads >= Math.max(MIN_SAMPLES, Math.floor(limit));
  }

  /** Returns what was seen and starts anew. */
  take(): WindowResult {
    const result = {
      latencyMs: Math.max(SHORTEST_MS, this.#totalMs / this.#samples),
      overloaded: this.#overloads > 0,
      inUse: this.#inUse * 2 >= this.#samples,
    };
    this.#samples = this.#totalMs = this.#inUse = this.#overloads = 0;
    return result;
  }
}
