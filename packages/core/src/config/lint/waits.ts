import type { RetryPolicyConfig } from '../types.ts';
import type { OperationReview } from './operation-review.ts';

/** Waits and attempts that do not fit into the time there is for them. */
export function lintWaits(operation: OperationReview): void {
  lintBulkhead(operation);
  lintHedge(operation);
  if (!lintSum(operation)) lintRetries(operation);
}

function lintBulkhead(operation: OperationReview): void {
  const { bulkhead, timeout } = operation.config;
  if (bulkhead === null || bulkhead.queue === 0) return;
  const [limit, total] = [operation.field('queueTimeoutMs'), operation.field('timeout', 'totalMs')];
  if (bulkhead.queueTimeoutMs === null && timeout.totalMs === null) {
    operation.warn(
      [['bulkhead', 'queue']],
      `nothing bounds the wait for a slot, so calls pile up behind an upstream that hangs; set ${limit}, or ${total}`,
    );
  }
  if (bulkhead.queueTimeoutMs !== null && timeout.totalMs !== null && bulkhead.queueTimeoutMs >= timeout.totalMs) {
    operation.warn(
      [
        ['bulkhead', 'queueTimeoutMs'],
        ['timeout', 'totalMs'],
      ],
      `a call may wait for a slot until its ${total} is over, and then fails without an attempt; lower ${limit} to what leaves time for one`,
    );
  }
}

function lintHedge(operation: OperationReview): void {
  const { hedge, timeout } = operation.config;
  if (hedge === null || hedge.delayMs === null || timeout.attemptMs === null) return;
  if (hedge.delayMs < timeout.attemptMs) return;
  const attempt = operation.field('timeout', 'attemptMs');
  operation.warn(
    [
      ['hedge', 'delayMs'],
      ['timeout', 'attemptMs'],
    ],
    `an attempt has run into ${attempt} before its hedge is due, so there is never one; lower ${operation.field('hedge', 'delayMs')} to where attempts become unusually slow, or raise ${attempt}`,
  );
}

/** The longest waits before the first attempt, and that attempt. Each wait that is too long by itself has been told. */
function lintSum(operation: OperationReview): boolean {
  const { rateLimit, rateLimits, bulkhead, timeout } = operation.config;
  const { totalMs, attemptMs } = timeout;
  if (totalMs === null || attemptMs === null) return false;
  const tokensMs = Math.max(0, ...[rateLimit, ...rateLimits].map((limit) => limit?.maxWaitMs ?? 0));
  const slotMs = bulkhead === null || bulkhead.queue === 0 ? 0 : (bulkhead.queueTimeoutMs ?? 0);
  const waitMs = tokensMs + slotMs;
  if (waitMs === 0 || waitMs + attemptMs <= totalMs || Math.max(tokensMs, slotMs) >= totalMs) return false;
  const waits = [
    ...(tokensMs > 0 ? [operation.field('maxWaitMs')] : []),
    ...(slotMs > 0 ? [operation.field('queueTimeoutMs')] : []),
    operation.field('timeout', 'attemptMs'),
  ];
  const total = operation.field('timeout', 'totalMs');
  operation.warn(
    [
      ['timeout', 'totalMs'],
      ['timeout', 'attemptMs'],
    ],
    `${waits.slice(0, -1).join(', ')} and ${waits.at(-1)} add up to more than ${total}, so a call that had to wait is cut off in its first attempt; raise the total, or lower the others`,
  );
  return true;
}

function lintRetries(operation: OperationReview): void {
  const { retry, timeout } = operation.config;
  const { totalMs, attemptMs } = timeout;
  if (!retry || retry.maxAttempts === 1 || totalMs === null || attemptMs === null) return;
  if (retry.maxAttempts * attemptMs + waitsMs(retry) <= totalMs) return;
  operation.warn(
    [['retry']],
    `when every attempt uses its whole ${operation.field('timeout', 'attemptMs')}, the attempts and the waits between them take longer than ${operation.field('timeout', 'totalMs')}, so the last ones never run; raise the total, or lower the attempt timeout or ${operation.field('maxAttempts')}`,
  );
}

/** All waits of a call that uses every attempt, jitter aside. A closed form, since a policy may allow billions of attempts. */
export function waitsMs({ maxAttempts, baseDelayMs, maxDelayMs, exponentialBase }: RetryPolicyConfig): number {
  const waits = maxAttempts - 1;
  if (baseDelayMs === 0) return 0;
  if (exponentialBase === 1 || baseDelayMs >= maxDelayMs) return waits * Math.min(baseDelayMs, maxDelayMs);
  const belowMax = Math.ceil(Math.log(maxDelayMs / baseDelayMs) / Math.log(exponentialBase));
  const growing = Math.min(waits, belowMax);
  const geometric = (baseDelayMs * (exponentialBase ** growing - 1)) / (exponentialBase - 1);
  return geometric + (waits - growing) * maxDelayMs;
}
