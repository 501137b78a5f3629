import { type Bridge, type CallKey, getDefaultBridge, getRetryPolicyByName, willAskAbout } from '@crossbridge/core';
import type { PerCall, RetryChoice } from './call-options.ts';
import { hardenedObject, originalOf } from './hardened-object.ts';
import { type ProviderHealth, type ProviderHealthOptions, watchProvider } from './provider-health.ts';
import { throughBridge } from './through-bridge.ts';

/** What the wrappers of providers have in common. */
export interface HardenProviderOptions {
  /** For whom calls are made, such as `user:123`: one for all, or a function of the call. */
  readonly rateLimitKey?: PerCall<CallKey | undefined>;
  /** Tokens that a call takes from the rate limit. Default 1. */
  readonly cost?: PerCall<number | undefined>;
  /**
   * The retry policy of the calls: its name, a policy, or false for none. Default: what the config gives to the operation, else
   * `expensive`. Never both.
   */
  readonly retryPolicy?: RetryChoice | undefined;
  /** Default: the default bridge, whichever it is when a call is made. */
  readonly bridge?: Bridge | undefined;
  /**
   * Name of the health check. Default: `ai_provider` (of embeddings `embedding_provider`) where the config has a check of that name, else
   * with the class of the provider at its end. Name it where several providers have the same class: the first of a name is watched.
   */
  readonly name?: string | undefined;
  /** Options of the health check, or false for none. */
  readonly healthCheck?: boolean | ProviderHealthOptions | undefined;
}

export interface ProviderWiring {
  readonly kind: ProviderHealth['kind'];
  /** Methods that are hardened, and the operation of each. */
  readonly operations: ReadonlyMap<string, string>;
  readonly retryPolicy: RetryChoice | undefined;
}

const DEFAULT_POLICY = 'expensive';

/** Hardens a provider whose options have been checked. */
export function hardenProvider<P extends object>(given: P, options: HardenProviderOptions, wiring: ProviderWiring): P {
  const { kind, operations, retryPolicy } = wiring;
  const provider = originalOf(given);
  const [firstOperation] = operations.values();
  const { name, healthCheck = true } = options;
  const health = { operation: firstOperation, ...(typeof healthCheck === 'object' ? healthCheck : {}) };
  let known: Bridge | undefined;
  const bridge = (): Bridge => {
    const current = options.bridge ?? getDefaultBridge();
    if (current === known) return current;
    known = current;
    if (healthCheck !== false) watchProvider(current, { provider, kind, name, options: health });
    return current;
  };
  if (typeof retryPolicy === 'string') getRetryPolicyByName(retryPolicy, bridge().config);
  bridge();
  const { rateLimitKey, cost } = options;
  const calls = Array.from(operations, ([method, operation]) => {
    willAskAbout(operation);
    const call = { method, operation, bridge, rateLimitKey, cost, retryPolicy, defaultPolicy: DEFAULT_POLICY };
    return [method, throughBridge(call)] as const;
  });
  return hardenedObject(given, new Map(calls));
}
