/** A token bucket as one would write it down first: tokens, and when they were counted. What the table of buckets is measured against. */
export class BucketModel {
  tokens: number;
  #capacity: number;
  #perMs: number;
  #atMs: number;

  constructor(capacity: number, windowSeconds: number, nowMs: number) {
    this.#capacity = capacity;
    this.#perMs = capacity / windowSeconds / 1000;
    this.tokens = capacity;
    this.#atMs = nowMs;
  }

  /** Keeps the level. */
  configure(capacity: number, windowSeconds: number, nowMs: number): void {
    this.refill(nowMs);
    this.#capacity = capacity;
    this.#perMs = capacity / windowSeconds / 1000;
    this.tokens = Math.min(this.tokens, capacity);
  }

  refill(nowMs: number): void {
    if (nowMs <= this.#atMs) return;
    this.tokens = Math.min(this.#capacity, this.tokens + (nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
  }

  /** Adds or takes tokens, into debt if need be. */
  add(tokens: number): void {
    this.tokens = Math.min(this.#capacity, this.tokens + tokens);
  }
}
