import type { Path } from '../path.ts';
import type { Review } from '../review.ts';
import type { OperationRateLimitConfig, RuntimeConfig } from '../types.ts';

/** Limits that processes share in a store, and what becomes of them while that fails. */
export function lintSharedLimits({ rateLimiting, operations }: RuntimeConfig, review: Review): void {
  const { key } = review.dialect;
  const { store } = rateLimiting;
  for (const [name, { rateLimit, rateLimits }] of Object.entries(operations)) {
    const at = [key('operations'), name];
    const limits: readonly (readonly [Path, OperationRateLimitConfig])[] = [
      ...(rateLimit === null ? [] : [[[...at, key('rateLimit')], rateLimit] as const]),
      ...rateLimits.map((limit, index) => [[...at, key('rateLimits'), index], limit] as const),
    ];
    for (const [path, limit] of limits) {
      const shared = [...path, key('shared')];
      const meant = review.written([key('rateLimiting'), key('store')]);
      if (limit.shared !== true || meant || !review.written(shared)) continue;
      review.warn(
        shared,
        `nothing is shared without ${key('rateLimiting')}.${key('store')}, so each process has this limit to itself`,
      );
    }
  }
  if (store === undefined || store.onStoreError !== 'local') return;
  const starved = Object.entries(operations).flatMap(([name, { rateLimit, rateLimits }]) =>
    [rateLimit, ...rateLimits].some(
      (limit) => limit !== null && limit.shared !== false && limit.capacity >= 1 && shareOf(limit, store) < 1,
    )
      ? [name]
      : [],
  );
  if (starved.length === 0) return;
  review.warn(
    [key('rateLimiting'), key('store'), key('expectedProcesses')],
    `while the store fails, the share of one process in a limit of ${starved.join(', ')} is below 1 token, so nothing passes there; raise the capacity and the window alike, or set ${key('onStoreError')} to what you mean: deny or allow`,
  );
}

function shareOf(limit: OperationRateLimitConfig, store: { readonly expectedProcesses: number }): number {
  return limit.capacity / store.expectedProcesses;
}
