import type { OperationRateLimitConfig } from '../types.ts';
import type { OperationReview } from './operation-review.ts';

/** Limits that let nothing pass, or no further attempt. */
export function lintRateLimits(operation: OperationReview): void {
  const { rateLimit, rateLimits } = operation.config;
  if (rateLimit !== null) lintOne(['rateLimit'], rateLimit, operation);
  rateLimits.forEach((limit, index) => {
    lintOne(['rateLimits', index], limit, operation);
  });
}

function lintOne(
  path: readonly (string | number)[],
  limit: OperationRateLimitConfig,
  operation: OperationReview,
): void {
  const { timeout, retry } = operation.config;
  if (limit.capacity < 1) {
    operation.warn(
      [[...path, 'capacity']],
      'a call costs 1 token unless it says otherwise, and the bucket never holds that many, so nothing passes; raise the capacity and the window alike',
    );
  }
  if (timeout.totalMs !== null && limit.maxWaitMs >= timeout.totalMs && limit.maxWaitMs > 0) {
    operation.warn(
      [
        [...path, 'maxWaitMs'],
        ['timeout', 'totalMs'],
      ],
      `a call may wait for tokens until its ${operation.field('timeout', 'totalMs')} is over, and then fails without an attempt; lower ${operation.field('maxWaitMs')} to what leaves time for one`,
    );
  }
  const starves = limit.per === 'attempt' && limit.maxWaitMs === 0 && limit.mode === 'enforce';
  if (starves && retry && limit.capacity >= 1 && limit.capacity < retry.maxAttempts) {
    operation.warn(
      [[...path, 'capacity'], ['retry', 'maxAttempts'], ['retry']],
      `the bucket counts attempts and holds fewer tokens than ${operation.field('retry', 'maxAttempts')}, so a call that retries is refused by its own limit before it has used its attempts; raise the capacity, give the limit a ${operation.field('maxWaitMs')}, or lower ${operation.field('maxAttempts')}`,
    );
  }
}
