import type { Classification } from '../classification/classify.ts';
import type { RetryPolicyConfig } from '../config/types.ts';
import type { DelaySource, RetryDecision } from '../observer.ts';
import { backoffDelayMs, type Random } from './backoff.ts';

/** Longest wait that a server may impose on a call that has no deadline. Longer ones surface at once. */
const MAX_UNBOUNDED_RETRY_AFTER_MS = 300_000;

/** What is known when an attempt has failed. */
export interface FailedAttempt {
  readonly attempt: number;
  readonly policy: RetryPolicyConfig | null;
  readonly maxAttempts: number;
  readonly classification: Classification;
  readonly cancelled: boolean;
  /** Whether a call around it is retried, and this one therefore is not. */
  readonly nested: boolean;
  /** False when repeating a request that was executed would do harm. */
  readonly idempotent: boolean;
  readonly remainingMs: number;
  readonly previousDelayMs: number;
  /** Whether the breaker would refuse an attempt after that wait. */
  readonly breakerRefusesAfter: (delayMs: number) => boolean;
  /** Takes a retry from the budget. Asked last, so that only a retry that happens is paid for. */
  readonly withdraw: () => boolean;
  readonly random: Random;
}

export interface RetryVerdict {
  readonly decision: RetryDecision;
  readonly delayMs: number;
  readonly source: DelaySource;
}

/** Decides whether another attempt follows, and after which wait. The order of the rules is the order of the answers' weight. */
export function decideRetry(failed: FailedAttempt): RetryVerdict {
  const { classification, policy } = failed;
  if (failed.cancelled) return no('cancelled');
  if (!classification.retryable || !(failed.idempotent || classification.notExecuted)) return no('not_retryable');
  if (failed.nested) return no('nested');
  if (policy === null || failed.attempt >= failed.maxAttempts) return no('exhausted');
  const { delayMs, source } = delayOf(failed, policy);
  if (delayMs >= failed.remainingMs) return no('deadline', source);
  if (
    failed.remainingMs === Number.POSITIVE_INFINITY &&
    delayMs > Math.max(MAX_UNBOUNDED_RETRY_AFTER_MS, policy.maxDelayMs)
  ) {
    return no('deadline', source);
  }
  if (failed.breakerRefusesAfter(delayMs)) return no('circuit_open', source);
  if (!failed.withdraw()) return no('budget_empty', source);
  return { decision: 'retried', delayMs, source };
}

/** What the server asks for is waited out, never shortened; the backoff is for when it asks for nothing. */
function delayOf(failed: FailedAttempt, policy: RetryPolicyConfig): { delayMs: number; source: DelaySource } {
  const own = backoffDelayMs(failed.attempt, policy, failed.random, failed.previousDelayMs);
  const asked = failed.classification.retryAfterMs;
  return asked !== undefined && asked > 0
    ? { delayMs: asked, source: 'retry_after' }
    : { delayMs: own, source: 'backoff' };
}

function no(decision: RetryDecision, source: DelaySource = 'backoff'): RetryVerdict {
  return { decision, delayMs: 0, source };
}
