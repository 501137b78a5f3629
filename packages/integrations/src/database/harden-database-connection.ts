import {
  assertOptions,
  type Bridge,
  type CallKey,
  getDefaultBridge,
  optionNames,
  refuseOption,
  willAskAbout,
} from '@crossbridge/core';
import { isAsyncGenerator } from '../hardened/async-generator.ts';
import {
  assertBridgeOption,
  assertKeyOption,
  assertOperation,
  forCall,
  methodsOf,
  type PerCall,
  type RetryChoice,
  retryChoice,
  retryOfCall,
} from '../hardened/call-options.ts';
import { clientCall, onWire } from '../hardened/client-call.ts';
import type { Hardened } from '../hardened/hardened.ts';
import { hardenedObject, type Invoke, type MethodCall, originalOf } from '../hardened/hardened-object.ts';
import { signalIn, withAttemptSignal } from '../hardened/signal-argument.ts';
import { TransactionWatch } from './transaction-watch.ts';

export interface HardenDatabaseConnectionOptions<M extends string = string> {
  /** Methods that run a statement, given first; those that the connection lacks are left out. Default `query` and `execute`. */
  readonly methods?: readonly M[] | undefined;
  /** Default `db.query`. */
  readonly operation?: string | undefined;
  /** For whom calls are made: one for all, or a function of the call. */
  readonly rateLimitKey?: PerCall<CallKey | undefined>;
  /** The retry policy: its name, a policy, or false for none. Default: what the config gives to the operation, else `quick`. Never both. */
  readonly retryPolicy?: RetryChoice | undefined;
  /**
   * Whether a statement may run again when its answer was lost, so that nobody knows whether it ran: one for all, or a function of the
   * call. Default false.
   */
  readonly idempotent?: PerCall<boolean> | undefined;
  /** Default: the default bridge, whichever it is when a call is made. */
  readonly bridge?: Bridge | undefined;
}

const WHOSE = 'hardenDatabaseConnection';
const DEFAULT_POLICY = 'quick';

/** Methods of drivers that do what the statements of that name do. */
const TRANSACTION_METHODS: readonly (readonly [string, boolean])[] = [
  ['beginTransaction', true],
  ['commit', false],
  ['rollback', false],
];

const NAMES = optionNames<HardenDatabaseConnectionOptions>({
  methods: true,
  operation: true,
  rateLimitKey: true,
  retryPolicy: true,
  idempotent: true,
  bridge: true,
});

/**
 * Wraps a connection, or a pool of them: `query`, `execute` or the methods named run under the policies of the operation `db.query`, and
 * return promises. All its other members are as they were.
 *
 * - A statement is run again after failures which show that it did nothing or was rolled back; when its answer was lost, only where
 *   `idempotent` says so.
 * - Inside a transaction nothing is run again: the transaction is what has to be repeated (see `withDatabaseRetry`). What ends one (`COMMIT`,
 *   `ROLLBACK`) passes every policy, so that none keeps it open.
 * - Calls that take a callback, or hand over a query object of pg (a cursor), are left alone, and so are async generators.
 *
 * @throws InvalidArgumentError for arguments that cannot work; that the config has no policy of that name shows at the first call
 */
export function hardenDatabaseConnection<C extends object, M extends string = 'query' | 'execute'>(
  connection: C,
  options: HardenDatabaseConnectionOptions<M> = {},
): Hardened<C, M> {
  assertOptions(options, NAMES, WHOSE);
  const { methods = ['query', 'execute'], operation, rateLimitKey, idempotent, bridge } = options;
  if (!Array.isArray(methods) || methods.length === 0) {
    refuseOption('methods', WHOSE, 'a list of names of methods', methods);
  }
  const found = methodsOf(connection, methods, WHOSE);
  assertOperation('operation', operation, WHOSE);
  assertKeyOption(rateLimitKey, WHOSE);
  assertBridgeOption(bridge, WHOSE);
  if (idempotent !== undefined && typeof idempotent !== 'boolean' && typeof idempotent !== 'function') {
    refuseOption('idempotent', WHOSE, 'true, false or a function of the call', idempotent);
  }
  const retryPolicy = retryChoice(options.retryPolicy, 'retryPolicy', WHOSE);
  const watch = new TransactionWatch(originalOf(connection));
  const calls = new Map<string, MethodCall>();
  for (const [method, open] of TRANSACTION_METHODS) {
    calls.set(method, (invoke, args) => {
      watch.set(open);
      return invoke(args);
    });
  }
  for (const method of found) calls.set(method, statementCall(method, { ...options, retryPolicy }, watch));
  return hardenedObject(connection, calls) as Hardened<C, M>;
}

function statementCall(method: string, options: HardenDatabaseConnectionOptions, watch: TransactionWatch): MethodCall {
  const { operation = 'db.query', rateLimitKey, retryPolicy, idempotent = false } = options;
  willAskAbout(operation);
  const run = async (invoke: Invoke, args: readonly unknown[]): Promise<unknown> => {
    const inside = watch.inside;
    const ends = watch.begin(args);
    try {
      if (ends) return await invoke(args);
      const bridge = options.bridge ?? getDefaultBridge();
      const call = { method, args };
      const signal = signalIn(args);
      const run = onWire('sql', (attempt) => invoke(withAttemptSignal(args, signal, attempt)));
      return await clientCall({ bridge, operation, layer: 'sql' }, run, {
        key: forCall(rateLimitKey, call),
        signal: signal?.signal,
        idempotent: forCall(idempotent, call),
        maxAttempts: inside ? 1 : undefined,
        retry: retryOfCall(bridge, operation, retryPolicy, DEFAULT_POLICY),
      });
    } finally {
      watch.end();
    }
  };
  return (invoke, args, fn) => (isLeftAlone(args) || isAsyncGenerator(fn) ? invoke(args) : run(invoke, args));
}

/** Of these the result is no promise, or none that tells how it went. */
function isLeftAlone(args: readonly unknown[]): boolean {
  const submit: unknown = (args[0] as { readonly submit?: unknown } | null | undefined)?.submit;
  return typeof args.at(-1) === 'function' || typeof submit === 'function';
}
