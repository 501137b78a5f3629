import { DEFAULT_RETRY_POLICIES } from '../config/defaults.ts';
import { suggestion } from '../config/nearest.ts';
import type { JitterKind, RetryPolicyConfig } from '../config/types.ts';
import { InvalidArgumentError } from '../errors.ts';

/** Errors by class, subclasses included, or by a question. */
export type ErrorSelection = readonly (abstract new (...args: never) => unknown)[] | ((error: unknown) => boolean);

/** Which errors a policy written in code retries. */
export interface RetrySelection {
  /** Given, these and no others are retried. Left out: what the classification of the error says. */
  readonly retryableErrors?: ErrorSelection | undefined;
  /** These are never retried, whatever else is said of them. */
  readonly nonRetryableErrors?: ErrorSelection | undefined;
}

export interface RetryPolicyOptions extends RetrySelection {
  /** Total tries, the first included. Default 3. */
  readonly maxAttempts?: number | undefined;
  /** Default 500. */
  readonly baseDelayMs?: number | undefined;
  /** No wait of ours is longer, jitter included. Default 5000. */
  readonly maxDelayMs?: number | undefined;
  /** Default 2. */
  readonly exponentialBase?: number | undefined;
  /** `true` is `original`, `false` is `none`. Default `original`. */
  readonly jitter?: JitterKind | boolean | undefined;
}

const JITTER_KINDS: readonly JitterKind[] = ['original', 'full', 'decorrelated', 'none'];

const OPTIONS = [
  'maxAttempts',
  'baseDelayMs',
  'maxDelayMs',
  'exponentialBase',
  'jitter',
  'retryableErrors',
  'nonRetryableErrors',
] as const;

/** How often and how patiently to try, and after which errors. Immutable. */
export class RetryPolicy implements RetryPolicyConfig, RetrySelection {
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly exponentialBase: number;
  readonly jitter: JitterKind;
  // Declared, not defined: a policy that names no errors has no such property, and may stand in a config.
  declare readonly retryableErrors?: ErrorSelection;
  declare readonly nonRetryableErrors?: ErrorSelection;

  /** @throws InvalidArgumentError for an option that is unknown or cannot work */
  constructor(options: RetryPolicyOptions = {}) {
    assertKnown(options);
    const base = DEFAULT_RETRY_POLICIES.default;
    this.maxAttempts = options.maxAttempts ?? base.maxAttempts;
    this.baseDelayMs = options.baseDelayMs ?? base.baseDelayMs;
    this.maxDelayMs = options.maxDelayMs ?? base.maxDelayMs;
    this.exponentialBase = options.exponentialBase ?? base.exponentialBase;
    this.jitter = jitterKind(options.jitter ?? base.jitter);
    const { retryableErrors, nonRetryableErrors } = options;
    if (retryableErrors !== undefined) this.retryableErrors = selection('retryableErrors', retryableErrors);
    if (nonRetryableErrors !== undefined) this.nonRetryableErrors = selection('nonRetryableErrors', nonRetryableErrors);
    this.#assertSound();
    Object.freeze(this);
  }

  #assertSound(): void {
    const { maxAttempts, baseDelayMs, maxDelayMs, exponentialBase } = this;
    if (!Number.isSafeInteger(maxAttempts) || maxAttempts < 1) {
      throw new InvalidArgumentError(`maxAttempts must be a whole number of at least 1, got ${shown(maxAttempts)}`);
    }
    assertAtLeast('baseDelayMs', baseDelayMs, 0);
    assertAtLeast('maxDelayMs', maxDelayMs, 0);
    assertAtLeast('exponentialBase', exponentialBase, 1);
    if (maxDelayMs < baseDelayMs) {
      throw new InvalidArgumentError(
        `maxDelayMs (${maxDelayMs}) must be at least baseDelayMs (${baseDelayMs}): raise the one or lower the other`,
      );
    }
  }
}

/**
 * The policy itself, or one made from the fields given.
 *
 * @throws InvalidArgumentError for an option that is unknown or cannot work
 */
export function asRetryPolicy(policy: RetryPolicyOptions = {}): RetryPolicy {
  return policy instanceof RetryPolicy ? policy : new RetryPolicy(policy);
}

function assertKnown(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidArgumentError(`A retry policy must be an object of options, got ${shown(options)}`);
  }
  const unknown = Object.keys(options).find((key) => !OPTIONS.includes(key as (typeof OPTIONS)[number]));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`A retry policy has no option "${unknown}"${suggestion(unknown, OPTIONS)}`);
  }
}

function assertAtLeast(what: string, value: unknown, least: number): void {
  if (typeof value !== 'number' || !(value >= least && value < Number.POSITIVE_INFINITY)) {
    throw new InvalidArgumentError(`${what} must be a finite number of at least ${least}, got ${shown(value)}`);
  }
}

function jitterKind(jitter: JitterKind | boolean): JitterKind {
  if (jitter === true) return 'original';
  if (jitter === false) return 'none';
  if (JITTER_KINDS.includes(jitter)) return jitter;
  throw new InvalidArgumentError(
    `jitter must be true, false or one of ${JITTER_KINDS.join(', ')}, got ${shown(jitter)}`,
  );
}

function selection(what: string, given: ErrorSelection): ErrorSelection {
  if (typeof given === 'function') return given;
  if (!Array.isArray(given) || !given.every((type) => typeof type === 'function')) {
    throw new InvalidArgumentError(`${what} must be a list of error classes or a function, got ${shown(given)}`);
  }
  return Object.freeze([...given]);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : Array.isArray(value) ? 'a list with something else' : String(value);
}
