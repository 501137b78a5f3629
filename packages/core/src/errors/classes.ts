const BRAND = Symbol.for('crossbridge.error');

/** Stable codes of the errors that CrossBridge itself raises. A code never changes its meaning. */
export type CrossbridgeErrorCode =
  | 'rate_limited'
  | 'bulkhead_full'
  | 'circuit_open'
  | 'attempt_timeout'
  | 'deadline_exceeded'
  | 'stream_stalled'
  | 'stream_truncated'
  | 'invalid_argument'
  | 'invalid_config'
  | 'bridge_closed';

export interface CrossbridgeErrorOptions {
  readonly cause?: unknown;
  readonly operation?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/**
 * Base of every error that CrossBridge raises itself. The callee's own errors are never wrapped in it: they reach the
 * caller as the same object.
 *
 * Use {@link isCrossbridgeError} or `code` instead of `instanceof` when two copies of the package may be installed.
 */
export class CrossbridgeError extends Error {
  readonly code: CrossbridgeErrorCode;
  /** The operation whose call was refused, when there is one. */
  readonly operation: string | undefined;
  /** Milliseconds after which trying again can make sense; undefined when nothing can be said. */
  readonly retryAfterMs: number | undefined;

  constructor(code: CrossbridgeErrorCode, message: string, options: CrossbridgeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.operation = options.operation;
    this.retryAfterMs = options.retryAfterMs;
  }
}

// On the prototype: writing it on every error would cost as much as the error.
Object.defineProperty(CrossbridgeError.prototype, 'name', {
  configurable: true,
  get(this: CrossbridgeError): string {
    return this.constructor.name;
  },
});

// On the prototype, and not declared: a symbol that every copy of the package shares cannot be part of a class type.
Object.defineProperty(CrossbridgeError.prototype, BRAND, { value: true });

/** Whether `error` was raised by CrossBridge itself, by whichever installed copy of it. */
export function isCrossbridgeError(error: unknown): error is CrossbridgeError {
  try {
    return typeof error === 'object' && error !== null && BRAND in error;
  } catch {
    // A proxy that forbids to be asked.
    return false;
  }
}

let refusalStacks = false;

/**
 * Whether refusals carry a stack. Default false: they are raised by the thousand when a service is overloaded, say themselves
 * what refused them, and the stack is most of what they cost.
 */
export function captureRefusalStacks(enabled: boolean): void {
  refusalStacks = enabled;
}

/** Base of the errors with which a policy refuses to run a call. The callee was not asked. */
export abstract class RefusalError extends CrossbridgeError {
  constructor(code: CrossbridgeErrorCode, message: string, options: CrossbridgeErrorOptions) {
    const limit = Error.stackTraceLimit;
    if (!refusalStacks) Error.stackTraceLimit = 0;
    super(code, message, options);
    Error.stackTraceLimit = limit;
  }
}

export interface RateLimitExceededDetails {
  readonly key: string;
  readonly operation?: string | undefined;
  /** Capacity of the bucket, in tokens. */
  readonly limit: number;
  readonly windowSeconds: number;
  readonly retryAfterMs: number;
  /** What it counts, for the message. Default `requests`. */
  readonly unit?: 'requests' | 'tokens' | undefined;
}

/** A rate limit of ours refused the call; the upstream was not asked. */
export class RateLimitExceeded extends RefusalError {
  readonly key: string;
  readonly limit: number;
  readonly windowSeconds: number;

  constructor(details: RateLimitExceededDetails) {
    const { key, limit, windowSeconds, operation, retryAfterMs, unit } = details;
    const rate =
      unit === 'tokens' ? `${limit} tokens per ${windowSeconds} s` : `${limit} requests per ${windowSeconds}s`;
    super(
      'rate_limited',
      `Rate limit exceeded for '${key}'${operation === undefined ? '' : ` on '${operation}'`}: ${rate}; retry in ${Math.ceil(retryAfterMs)} ms`,
      { operation, retryAfterMs },
    );
    this.key = key;
    this.limit = limit;
    this.windowSeconds = windowSeconds;
  }
}

/** Every slot and every queue place of the operation's bulkhead is taken, or the wait for a slot took too long. */
export class BulkheadFullError extends RefusalError {
  constructor(operation: string, reason: string) {
    super('bulkhead_full', `The bulkhead of '${operation}' refused the call: ${reason}`, { operation });
  }
}

/** The circuit breaker of the operation is open; the upstream was not asked. */
export class CircuitOpenError extends RefusalError {
  constructor(operation: string, state: string, retryAfterMs: number | undefined) {
    super(
      'circuit_open',
      retryAfterMs === undefined
        ? `The circuit breaker of '${operation}' is ${state} and refused the call`
        : `The circuit breaker of '${operation}' is ${state} and refused the call; it admits a probe in ${Math.ceil(retryAfterMs)} ms`,
      { operation, retryAfterMs },
    );
  }
}

/** One attempt took longer than `timeout.attempt`. It is retried like a network error. */
export class AttemptTimeoutError extends CrossbridgeError {
  constructor(operation: string, attempt: number, timeoutMs: number) {
    super('attempt_timeout', `Attempt ${attempt} of '${operation}' timed out after ${timeoutMs} ms`, { operation });
  }
}

/** The call as a whole ran out of time: `timeout.total` or the caller's `deadlineMs`. `cause` is the last failure before. */
export class DeadlineExceededError extends CrossbridgeError {
  constructor(operation: string, deadlineMs: number, cause?: unknown) {
    super('deadline_exceeded', `The call of '${operation}' exceeded its deadline of ${deadlineMs} ms`, {
      operation,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/**
 * A streamed answer stopped coming: nothing came for as long as may be. Before the first content it is retried like a network error;
 * after it the stream fails with it, and what was streamed is not the whole answer.
 */
export class StreamStalledError extends CrossbridgeError {
  constructor(operation: string, reason: string) {
    super('stream_stalled', `The streamed answer of '${operation}' stalled: ${reason}`, { operation });
  }
}

/**
 * A streamed answer ended before it was whole: the connection broke (`cause`), or it ended without the event that ends an answer.
 * Before the first content it is retried like a network error; after it the stream fails with it.
 */
export class StreamTruncatedError extends CrossbridgeError {
  constructor(operation: string, reason: string, cause?: unknown) {
    super('stream_truncated', `The streamed answer of '${operation}' was cut off: ${reason}`, {
      operation,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** An argument or option that cannot work: what it was, what was expected. Nothing was run. */
export class InvalidArgumentError extends CrossbridgeError {
  constructor(message: string) {
    super('invalid_argument', message);
  }
}

/** The bridge was closed before the call. */
export class BridgeClosedError extends CrossbridgeError {
  constructor(operation: string) {
    super('bridge_closed', `The bridge is closed, so '${operation}' was not run`, { operation });
  }
}
