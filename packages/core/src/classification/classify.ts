import { isCrossbridgeError } from '../errors.ts';
import { NonRetryableError, RetryableError } from '../retry/errors.ts';
import { chainOf, type ErrorFacts, factsOf } from './error-facts.ts';
import {
  BROKEN_CONNECTION_CODES,
  MONEY_CODES,
  NOT_EXECUTED_STATUSES,
  NOT_SENT_CODES,
  PROGRAM_ERROR_NAMES,
  REPEAT_STATUSES,
  RETRYABLE_STATUSES,
} from './tables.ts';

/** What the policies need to know of an error. */
export interface Classification {
  /** Whether another try can help. */
  readonly retryable: boolean;
  /** Whether it is certain that the other side did not act, so that even a request that must not run twice may be repeated. */
  readonly notExecuted: boolean;
  /** Whether the circuit breaker counts it: as a failure, as a success (the other side answered), or not at all. */
  readonly breaker: 'failure' | 'success' | 'ignored';
  /** Value of `error.type`, from a closed set: status codes, error codes, names of known classes, `_OTHER`. */
  readonly type: string;
  /** The wait the other side asked for. */
  readonly retryAfterMs: number | undefined;
  /** Which rule decided, for people. */
  readonly rule: string;
}

export interface ClassifierOptions {
  readonly retryableStatuses?: readonly number[];
  /** Calendar time in milliseconds, for `Retry-After` dates. */
  readonly wallNow?: () => number;
}

export type Classifier = (error: unknown) => Classification;

/**
 * Makes the function that decides from structure alone (class, status, code, headers, along the cause chain and into
 * `AggregateError`), never from free text, what an error means for retry and breaker.
 */
export function createClassifier(options: ClassifierOptions = {}): Classifier {
  const retryableStatuses = new Set([...(options.retryableStatuses ?? RETRYABLE_STATUSES), ...REPEAT_STATUSES]);
  const wallNow = options.wallNow ?? Date.now;
  return (error) => {
    const own = ownError(error);
    if (own !== undefined) return own;
    const chain = chainOf(error);
    for (const link of chain) {
      const verdict = byStructure(factsOf(link, wallNow()), retryableStatuses);
      if (verdict !== undefined) return verdict;
    }
    return byName(chain[0]);
  };
}

function ownError(error: unknown): Classification | undefined {
  if (!isCrossbridgeError(error)) return undefined;
  if (error.code === 'attempt_timeout') {
    return verdict('our attempt timeout', error.code, { retryable: true, breaker: 'failure' });
  }
  // A refusal by another bridge below this one, for example: nothing was asked of the callee.
  return verdict('refused by CrossBridge', error.code, { breaker: 'ignored', retryAfterMs: error.retryAfterMs });
}

function byStructure(facts: ErrorFacts, retryableStatuses: ReadonlySet<number>): Classification | undefined {
  const { error, status, codes, retryAfterMs, shouldRetry } = facts;
  const asked = { retryAfterMs };
  if (error instanceof NonRetryableError) {
    return verdict(`thrown as ${error.name}`, error.name, { breaker: 'success' });
  }
  if (error instanceof RetryableError) {
    return verdict(`thrown as ${error.name}`, error.name, { retryable: true, breaker: 'failure', ...asked });
  }
  const money = codes.find((code) => MONEY_CODES.has(code));
  if (money !== undefined) return verdict(`money, not rate: ${money}`, money, { breaker: 'success' });
  if (status !== undefined) return byStatus(status, shouldRetry, retryableStatuses, retryAfterMs);
  const notSent = codes.find((code) => NOT_SENT_CODES.has(code));
  if (notSent !== undefined) {
    return verdict(`never connected: ${notSent}`, notSent, { retryable: true, notExecuted: true, breaker: 'failure' });
  }
  const broken = codes.find((code) => BROKEN_CONNECTION_CODES.has(code));
  if (broken !== undefined) {
    return verdict(`connection broke: ${broken}`, broken, { retryable: true, breaker: 'failure' });
  }
  return undefined;
}

function byStatus(
  status: number,
  shouldRetry: boolean | undefined,
  retryableStatuses: ReadonlySet<number>,
  retryAfterMs: number | undefined,
): Classification {
  // The other side answered. Only a fault of its own counts against it: a 429 says that it is up and we are too many.
  const breaker = status >= 500 || status === 408 ? 'failure' : 'success';
  const notExecuted = NOT_EXECUTED_STATUSES.has(status);
  const base = { breaker, notExecuted, retryAfterMs } as const;
  if (shouldRetry !== undefined) {
    return verdict(`x-should-retry: ${shouldRetry}`, String(status), { ...base, retryable: shouldRetry });
  }
  const retryable = retryableStatuses.has(status);
  return verdict(`status ${status}`, String(status), { ...base, retryable });
}

function byName(error: unknown): Classification {
  const name = typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
  if (name === 'TimeoutError') return verdict('a timeout of the callee', name, { retryable: true, breaker: 'failure' });
  if (name === 'AbortError') return verdict('aborted by the callee', name, { breaker: 'ignored' });
  if (typeof name === 'string' && PROGRAM_ERROR_NAMES.has(name)) {
    return verdict('an error of the program', name, { breaker: 'ignored' });
  }
  return verdict('nothing known of it', '_OTHER', { breaker: 'failure' });
}

function verdict(
  rule: string,
  type: string,
  rest: Partial<Classification> & Pick<Classification, 'breaker'>,
): Classification {
  return { retryable: false, notExecuted: false, retryAfterMs: undefined, ...rest, type, rule };
}
