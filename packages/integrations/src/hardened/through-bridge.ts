import type { AttemptContext, Bridge, CallKey } from '@crossbridge/core';
import { isAsyncGenerator } from './async-generator.ts';
import { forCall, type PerCall, type RetryChoice, retryOfCall } from './call-options.ts';
import { clientCall } from './client-call.ts';
import type { Invoke, MethodCall } from './hardened-object.ts';
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

/**
 * Runs a method under the policies of its operation. A signal among its arguments ends the call. Of an async generator the call is the way to its
 * first item: up to there it may be run again, and nobody has seen anything of it.
 */
export function throughBridge(settings: BridgedMethod): MethodCall {
  return (invoke, args, method) =>
    isAsyncGenerator(method) ? stream(settings, invoke, args) : single(settings, invoke, args);
}

// An async function, so that an option that throws rejects, as the call would.
async function single(settings: BridgedMethod, invoke: Invoke, args: readonly unknown[]): Promise<unknown> {
  return run(settings, args, invoke);
}

async function* stream(settings: BridgedMethod, invoke: Invoke, args: readonly unknown[]): AsyncGenerator {
  const { items, first } = await run(settings, args, async (given, attempt) => {
    const items = invoke(given) as AsyncGenerator;
    const first = await items.next();
    // Too late: another attempt is on its way, or nobody waits any more.
    if (attempt.signal.aborted) void items.return(undefined).catch(() => {});
    return { items, first };
  });
  if (first.done === true) return first.value;
  return yield* begun(items, first);
}

/** A generator whose first item has been taken already. What its reader says to it reaches it as if nobody stood between. */
function begun(items: AsyncGenerator, first: IteratorResult<unknown>): AsyncIterable<unknown> {
  let given = false;
  const iterator: AsyncIterator<unknown> = {
    next(sent) {
      if (given) return items.next(sent);
      given = true;
      return Promise.resolve(first);
    },
    return: (value) => items.return(value),
    throw: (error) => items.throw(error),
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

function run<T>(
  settings: BridgedMethod,
  args: readonly unknown[],
  attemptOf: (args: readonly unknown[], attempt: AttemptContext) => T | PromiseLike<T>,
): Promise<T> {
  const { method, operation, rateLimitKey, cost, retryPolicy, defaultPolicy } = settings;
  const bridge = settings.bridge();
  const call = { method, args };
  const signal = signalIn(args);
  const fn = (attempt: AttemptContext) => attemptOf(withAttemptSignal(args, signal, attempt), attempt);
  return clientCall({ bridge, operation }, fn, {
    key: forCall(rateLimitKey, call),
    cost: forCall(cost, call),
    signal: signal?.signal,
    retry: retryOfCall(bridge, operation, retryPolicy, defaultPolicy),
  });
}
