/** A quota as strict providers have it: whoever goes over it is locked out for a while, however few requests follow. */
export interface QuotaOptions {
  readonly perSecond: number;
  readonly burst: number;
  /** How long a client that went over is refused. */
  readonly lockoutMs: number;
  /** Milliseconds that never run backwards. */
  readonly now: () => number;
}

/** A token bucket with a lockout. Starts full. */
export class Quota {
  readonly #options: QuotaOptions;
  #tokens: number;
  #refilledAtMs: number;
  #lockedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: QuotaOptions) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#refilledAtMs = options.now();
  }

  /** 0 when the request is within the quota, else the milliseconds until the lockout ends. */
  take(): number {
    const { perSecond, burst, lockoutMs, now } = this.#options;
    const nowMs = now();
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#refilledAtMs) / 1_000) * perSecond);
    this.#refilledAtMs = nowMs;
    if (nowMs < this.#lockedUntilMs) return this.#lockedUntilMs - nowMs;
    if (this.#tokens < 1) {
      this.#lockedUntilMs = nowMs + lockoutMs;
      return lockoutMs;
    }
    this.#tokens -= 1;
    return 0;
  }
}
