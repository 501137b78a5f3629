export interface TaxonomyErrorOptions {
  readonly cause?: unknown;
  /** Milliseconds the callee asked to wait; obeyed by the retry. */
  readonly retryAfterMs?: number;
}

class TaxonomyError extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: TaxonomyErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Thrown by a wrapped function to say: this is worth another try. */
export class RetryableError extends TaxonomyError {}

/** The other side could not be reached, or the connection broke. */
export class NetworkError extends RetryableError {}

/** The other side refused because of its own rate limit. */
export class RateLimitError extends RetryableError {}

/** The other side failed (5xx). */
export class ServerError extends RetryableError {}

/** Thrown by a wrapped function to say: trying again cannot help. Wins over everything else. */
export class NonRetryableError extends TaxonomyError {}

/** The credentials are missing, wrong or not enough (401, 403). */
export class AuthenticationError extends NonRetryableError {}

/** The request itself is wrong (400, 422). */
export class ValidationError extends NonRetryableError {}
