import type { BridgeOptions } from '../../bridge-options.ts';
import type { Clock } from '../../clock.ts';
import { DEFAULT_RATE_LIMIT_STORE } from '../../config/defaults.ts';
import type { RateLimitingConfig } from '../../config/types.ts';
import { InvalidArgumentError } from '../../errors.ts';
import type { HealthRegistry } from '../../health/registry.ts';
import type { Notifier } from '../../notifier.ts';
import { SharedRateLimiter } from './shared-limiter.ts';

/**
 * The limits that a bridge shares with other processes; undefined when nothing is to be shared.
 *
 * @throws InvalidArgumentError when the config names a store, and nobody connects to it: limits that are shared would not be
 */
export function sharedLimitsOf(
  { store: config, maxKeys }: RateLimitingConfig,
  { sharedStore, random }: BridgeOptions,
  clock: Clock,
  notifier: Notifier,
): SharedRateLimiter | undefined {
  if (sharedStore === undefined) {
    if (config === undefined) return undefined;
    throw new InvalidArgumentError(
      'The config shares rate limits in a store (rate_limiting.store), and createBridge was given no connection to it: pass ' +
        '{ sharedStore: ioredisStore(client) } or redisStore(client), of @crossbridge/integrations/redis-store, or start the process with ' +
        '--import @crossbridge/agent, which connects by itself',
    );
  }
  const { onStoreError, expectedProcesses, budgetMs, leases, prefix } = config ?? DEFAULT_RATE_LIMIT_STORE;
  return new SharedRateLimiter({
    client: sharedStore,
    onStoreError,
    expectedProcesses,
    budgetMs,
    leases,
    prefix,
    maxKeys,
    clock,
    ...(random === undefined ? {} : { random }),
    onEvent: (event) => notifier.tell({ ...event, call: undefined }),
    onAsked: (result, durationMs) =>
      notifier.tell({ type: 'rate_limit.store_asked', result, durationMs, call: undefined }),
  });
}

/** Lets health tell of the store: without it the service is degraded, never unready, since `onStoreError` decides meanwhile. */
export function checkStore(limiter: SharedRateLimiter | undefined, health: Pick<HealthRegistry, 'register'>): void {
  if (limiter === undefined) return;
  const probe = limiter.limit('health', { capacity: 1, windowSeconds: 1 });
  const check = async (): Promise<boolean> => {
    // A store that nobody asks would stay as it was.
    await probe.peek('store');
    return limiter.storeState === 'up';
  };
  health.register('rate_limit_store', check, { required: false });
}
