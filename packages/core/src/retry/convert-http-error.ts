import { type Classification, type Classifier, createClassifier } from '../classification/classify.ts';
import { isA } from '../classification/error-chain.ts';
import { isCrossbridgeError } from '../errors.ts';
import {
  AuthenticationError,
  NetworkError,
  NonRetryableError,
  RateLimitError,
  RetryableError,
  ServerError,
  type TaxonomyErrorOptions,
  ValidationError,
} from './errors.ts';

type ErrorMaker = new (message: string, options: TaxonomyErrorOptions) => Error;

const classify: Classifier = createClassifier();

/**
 * Turns an HTTP or network error into the class that says what it means for retries, by its status, code and cause, never by its
 * text. The original is its `cause`; the wait the server asked for is in `retryAfterMs`. What no class says (404, an unknown
 * error, one of these classes already) comes back as the same object.
 *
 * | error | becomes |
 * |---|---|
 * | about money (402, `insufficient_quota`) | `NonRetryableError` |
 * | 429 | `RateLimitError` |
 * | a retryable 5xx | `ServerError` |
 * | 408, connection errors, timeouts | `NetworkError` |
 * | 425, `x-should-retry: true` | `RetryableError` |
 * | 401, 403 | `AuthenticationError` |
 * | 400, 422 | `ValidationError` |
 */
export function convertHttpErrorToRetry(error: unknown): unknown {
  if (isA(error, RetryableError) || isA(error, NonRetryableError) || isCrossbridgeError(error)) return error;
  const classification = classify(error);
  // A status is its own type, so this is the one that decided, wherever in the chain it was.
  const status = /^[1-5]\d\d$/.test(classification.type) ? Number(classification.type) : undefined;
  const [Type, what] =
    (status === undefined ? withoutStatus(classification) : withStatus(status, classification)) ?? [];
  if (Type === undefined) return error;
  const { retryAfterMs } = classification;
  const message = `${what}: ${status ?? classification.type}`;
  return new Type(message, { cause: error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}

function withStatus(
  status: number,
  { class: errorClass, retryable }: Classification,
): [ErrorMaker, string] | undefined {
  if (errorClass === 'money') return [NonRetryableError, 'Out of money or quota'];
  if (retryable) {
    if (status === 429) return [RateLimitError, 'Rate limit'];
    if (status >= 500) return [ServerError, 'Server error'];
    return status === 408 ? [NetworkError, 'Timeout'] : [RetryableError, 'Retryable error'];
  }
  if (status === 401 || status === 403) return [AuthenticationError, 'Auth error'];
  if (status === 400 || status === 422) return [ValidationError, 'Validation error'];
  return undefined;
}

function withoutStatus({ class: errorClass, retryable }: Classification): [ErrorMaker, string] | undefined {
  if (errorClass === 'money') return [NonRetryableError, 'Out of money or quota'];
  if (!retryable) return undefined;
  switch (errorClass) {
    case 'throttled':
      return [RateLimitError, 'Rate limit'];
    case 'transient':
    case 'rolled_back':
      return [ServerError, 'Server error'];
    default:
      return [NetworkError, 'Network error'];
  }
}
