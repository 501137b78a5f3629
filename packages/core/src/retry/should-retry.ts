import { type Classification, type Classifier, createClassifier } from '../classification/classify.ts';
import { isA } from '../classification/error-chain.ts';
import { NonRetryableError } from './errors.ts';
import type { ErrorSelection, RetrySelection } from './policy.ts';

const classifyByDefault: Classifier = createClassifier();

/**
 * Whether `policy` retries after `error`. In this order:
 *
 * 1. what its `nonRetryableErrors` name is not retried, nor a `NonRetryableError`, nor what is about money;
 * 2. where it has `retryableErrors`, those are and nothing else is;
 * 3. else the classification decides: by class, status, code, SQLSTATE, along the cause chain.
 *
 * A single attempt that is all the policy allows changes nothing here: this is about the error alone.
 */
export function shouldRetry(error: unknown, policy: RetrySelection = {}): boolean {
  return retries(error, policy, classifyByDefault(error));
}

/** `classify`, with `retryable` as the policy sees it. A predicate that throws ends the retries: the error of the callee matters more. */
export function classifierFor(policy: RetrySelection, classify: Classifier): Classifier {
  const { retryableErrors, nonRetryableErrors } = policy;
  if (retryableErrors === undefined && nonRetryableErrors === undefined) return classify;
  return (error) => {
    const classification = classify(error);
    const retryable = safelyRetries(error, policy, classification);
    if (retryable === classification.retryable) return classification;
    return { ...classification, retryable, rule: `the policy says so; else: ${classification.rule}` };
  };
}

function safelyRetries(error: unknown, policy: RetrySelection, classification: Classification): boolean {
  try {
    return retries(error, policy, classification);
  } catch {
    return false;
  }
}

function retries(error: unknown, policy: RetrySelection, classification: Classification): boolean {
  const { retryableErrors, nonRetryableErrors } = policy;
  if (nonRetryableErrors !== undefined && selects(nonRetryableErrors, error)) return false;
  if (retryableErrors === undefined) return classification.retryable;
  const never = classification.class === 'money' || isA(error, NonRetryableError);
  return !never && selects(retryableErrors, error);
}

function selects(selection: ErrorSelection, error: unknown): boolean {
  return typeof selection === 'function' ? selection(error) : selection.some((type) => isA(error, type));
}
