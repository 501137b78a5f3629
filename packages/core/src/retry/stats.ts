/** {@link RetryStats} as plain data, under the names they have in logs. */
export interface RetryStatsSummary {
  readonly totalAttempts: number;
  readonly successfulAttempt: number | null;
  /** Rounded to milliseconds. */
  readonly totalDelaySeconds: number;
  readonly failedAttempts: number;
  /** Class names of the failures, in order. */
  readonly exceptionTypes: readonly string[];
}

/** What became of a retried call. Hand one to `retryWithBackoff` and read it at any time, whether the call succeeds or fails. */
export class RetryStats {
  /** Attempts that have ended. */
  totalAttempts = 0;
  /** The attempt that succeeded; null while none has. */
  successfulAttempt: number | null = null;
  /** Waits between attempts so far, the one under way included. */
  totalDelayMs = 0;
  /** What the failed attempts threw, in order. */
  readonly exceptions: unknown[] = [];

  /** Notes how an attempt ended: well, or with `failure.error`. */
  recordAttempt(attempt: number, failure?: { readonly error: unknown }): void {
    this.totalAttempts = attempt;
    if (failure === undefined) this.successfulAttempt = attempt;
    else this.exceptions.push(failure.error);
  }

  /** Notes a wait before the next attempt. */
  recordDelay(delayMs: number): void {
    this.totalDelayMs += delayMs;
  }

  toJSON(): RetryStatsSummary {
    return {
      totalAttempts: this.totalAttempts,
      successfulAttempt: this.successfulAttempt,
      totalDelaySeconds: Math.round(this.totalDelayMs) / 1000,
      failedAttempts: this.exceptions.length,
      exceptionTypes: this.exceptions.map(typeOf),
    };
  }
}

/** Some libraries name only the class, so that comes first. */
function typeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return error === null ? 'null' : typeof error;
  try {
    const { name } = error.constructor;
    return typeof name === 'string' && name !== '' ? name : 'Object';
  } catch {
    return 'Object';
  }
}
