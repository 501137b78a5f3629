import type { Bridge, CallKey } from '@crossbridge/core';
import { forCall, type PerCall, type RetryChoice, retryOfCall } from './call-options.ts';
import type { MethodCall } from './hardened-object.ts';
import { signalIn, withAttemptSignal } from './signal-argument.ts';

/** How the calls of one method are run. */
export interface BridgedMethod {
  readonly method: string;
  readonly operation: string;
  /** Asked at each call: the default bridge may be replaced. */
  readonly bridge: () => Bridge;
  readonly rateLimitKey: PerCall<CallKey | undefined>;
  readonly cost: PerCall<number | undefined>;
  readonly retryPolicy: RetryChoice | undefined;
  /** The name of the policy where neither the option nor the config says more. */
  readonly defaultPolicy: string;
}

/** Runs a method under the policies of its operation. A signal among its arguments ends the call. */
export function throughBridge(settings: BridgedMethod): MethodCall {
  const { method, operation, rateLimitKey, cost, retryPolicy, defaultPolicy } = settings;
  // An async function, so that an option that throws rejects, as the call would.
  return async (invoke, args) => {
    const bridge = settings.bridge();
    const call = { method, args };
    const signal = signalIn(args);
    return bridge.run(operation, (attempt) => invoke(withAttemptSignal(args, signal, attempt)), {
      key: forCall(rateLimitKey, call),
      cost: forCall(cost, call),
      signal: signal?.signal,
      retry: retryOfCall(bridge, operation, retryPolicy, defaultPolicy),
    });
  };
}
