import {
  type AttemptContext,
  assertOptions,
  type Bridge,
  type CallKey,
  getDefaultBridge,
  InvalidArgumentError,
  optionNames,
  type RetryableWrapper,
  refuseOption,
  willAskAbout,
} from '@crossbridge/core';
import { isAsyncGenerator } from '../hardened/async-generator.ts';
import {
  assertBridgeOption,
  assertKeyOption,
  assertOperation,
  forCall,
  type PerCall,
  type RetryChoice,
  retryChoice,
  retryOfCall,
} from '../hardened/call-options.ts';
import { clientCall } from '../hardened/client-call.ts';
import { signalIn, withAttemptSignal } from '../hardened/signal-argument.ts';

export interface DatabaseRetryOptions {
  /**
   * The retry policy: its name, a policy, or false for none. Default: what the config gives to the operation, else `quick`. Never both.
   */
  readonly policy?: RetryChoice | undefined;
  /** Default `db.query`. */
  readonly operation?: string | undefined;
  /** Whether it may run again when it is not known what became of the first time, because the answer was lost. Default false. */
  readonly idempotent?: boolean | undefined;
  /** For whom calls are made: one for all, or a function of the call. */
  readonly rateLimitKey?: PerCall<CallKey | undefined>;
  /** Default: the default bridge, whichever it is when a call is made. */
  readonly bridge?: Bridge | undefined;
}

const WHOSE = 'withDatabaseRetry';
const DEFAULT_POLICY = 'quick';

const NAMES = optionNames<DatabaseRetryOptions>({
  policy: true,
  operation: true,
  idempotent: true,
  rateLimitKey: true,
  bridge: true,
});

type AnyAsync = (this: never, ...args: never) => Promise<unknown>;
type AnySync<This, Args extends readonly unknown[], T> = (this: This, ...args: Args) => T;

/**
 * Makes a function that works on a database run again when that is safe: `withDatabaseRetry(fn)`, `withDatabaseRetry({ policy: 'quick' })(fn)`,
 * or as a decorator, `@withDatabaseRetry({ policy: 'quick' })` or `@withDatabaseRetry` on a method.
 *
 * It is run again after failures which show that the database did nothing (it could not be reached) or took back what it did (a
 * deadlock, a serialization failure), by SQLSTATE and the codes of drivers; when the answer was lost, only with `idempotent: true`. So it should
 * be one statement or one transaction: a function that has several of them would repeat those that had succeeded.
 *
 * Calls of hardened clients inside it are not retried themselves, and those of the same operation are part of it. A signal given as `{ signal }` among the arguments ends the call.
 *
 * @throws InvalidArgumentError for arguments that cannot work; that the config has no policy of that name shows at the first call
 */
export function withDatabaseRetry(options?: DatabaseRetryOptions): RetryableWrapper;
export function withDatabaseRetry<F extends AnyAsync>(fn: F, context?: { readonly kind: 'method' }): F;
export function withDatabaseRetry<This, Args extends readonly unknown[], T>(
  fn: AnySync<This, Args, T>,
): (this: This, ...args: Args) => Promise<Awaited<T>>;
export function withDatabaseRetry(given: unknown = {}, context?: unknown): unknown {
  assertStandard(context);
  if (typeof given === 'function') return wrapped(given as AnyFunction, {}, undefined, context);
  const options = given as DatabaseRetryOptions;
  assertOptions(options, NAMES, WHOSE);
  const { operation, idempotent, rateLimitKey, bridge } = options;
  assertOperation('operation', operation, WHOSE);
  if (idempotent !== undefined && typeof idempotent !== 'boolean') {
    refuseOption('idempotent', WHOSE, 'true or false', idempotent);
  }
  assertKeyOption(rateLimitKey, WHOSE);
  assertBridgeOption(bridge, WHOSE);
  const policy = retryChoice(options.policy, 'policy', WHOSE);
  return (fn: unknown, ofMethod?: unknown) => {
    assertStandard(ofMethod);
    return wrapped(fn, options, policy, ofMethod);
  };
}

type AnyFunction = (this: unknown, ...args: readonly unknown[]) => unknown;

function wrapped(fn: unknown, options: DatabaseRetryOptions, policy: RetryChoice | undefined, context: unknown) {
  const kind = (context as { readonly kind?: unknown } | undefined)?.kind;
  if (typeof fn !== 'function' || (context !== undefined && kind !== 'method')) {
    const what = context === undefined ? typeof fn : `a ${String(kind)}`;
    throw new InvalidArgumentError(`${WHOSE} wraps functions and methods, not ${what}`);
  }
  if (isAsyncGenerator(fn)) {
    throw new InvalidArgumentError(
      `${WHOSE} cannot take back the items of an async generator: wrap what it waits for, or collect its items in an async function`,
    );
  }
  const { operation = 'db.query', idempotent = false, rateLimitKey } = options;
  willAskAbout(operation);
  const wrapper = async function (this: unknown, ...args: readonly unknown[]): Promise<unknown> {
    const bridge = options.bridge ?? getDefaultBridge();
    const signal = signalIn(args);
    const run = (attempt: AttemptContext): unknown => Reflect.apply(fn, this, withAttemptSignal(args, signal, attempt));
    return clientCall({ bridge, operation }, run, {
      key: forCall(rateLimitKey, { method: fn.name, args }),
      signal: signal?.signal,
      idempotent,
      retry: retryOfCall(bridge, operation, policy, DEFAULT_POLICY),
    });
  };
  return Object.defineProperties(wrapper, {
    name: { value: fn.name, configurable: true },
    length: { value: fn.length, configurable: true },
  });
}

/** Decorators of TypeScript's own older kind are given the name of the method, and would have the wrapper thrown away. */
function assertStandard(context: unknown): void {
  if (typeof context !== 'string' && typeof context !== 'symbol') return;
  throw new InvalidArgumentError(
    `@${WHOSE} is a standard decorator: switch experimentalDecorators off in tsconfig.json, or write ${WHOSE}(fn)`,
  );
}
