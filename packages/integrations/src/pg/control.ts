import { authorityOver, type Bridge } from '@crossbridge/core';
import { callClientQuery } from './client-query.ts';
import type { PgCallback, PgConnectCallback, PgDriverClient, PgDriverPool } from './driver.ts';
import { callPoolConnect, callPoolQuery } from './pool-calls.ts';
import { endPool } from './pool-end.ts';
import { type PoolHost, stateOf } from './pool-host.ts';
import { queueOf } from './statement-queue.ts';

/** Whose calls those of all pools and clients are. */
export interface PgRules {
  readonly bridge: Bridge;
  /** The operation whose policies hold now; undefined: the calls go on untouched. */
  operation(): string | undefined;
}

/** What is to be done in the place of a method: of the object, the arguments and what would have been called. */
export type PgControl = (self: unknown, args: unknown[], below: (self: unknown, args: unknown[]) => unknown) => unknown;

/** Clients that pools have made. */
const pooled = new WeakSet<object>();
let making = false;

/**
 * What is to be done in the place of the methods of pg's pools, so that each of them is hardened as `hardenPgPool` hardens one, but for the queue of
 * callers: it is as long as they are many, and they wait as long as the pool itself would let them, unless the policies say otherwise. Views
 * that were hardened by hand are in charge of their own calls.
 */
export function controlPgPools(rules: PgRules): {
  readonly query: PgControl;
  readonly connect: PgControl;
  readonly newClient: PgControl;
  readonly end: PgControl;
} {
  const controlled =
    (call: (host: PoolHost, args: unknown[], askAsIs: () => unknown) => unknown): PgControl =>
    (self, args, below) => {
      const host = hostOf(rules, self as PgDriverPool);
      if (host === undefined) return below(self, args);
      const answer = call(host, args, () => below(self, args));
      return answer instanceof Promise ? asPromiseOf(host.pool, answer) : answer;
    };
  return {
    query: controlled(callPoolQuery),
    connect: controlled((host, [callback]) => callPoolConnect(host, callback as PgConnectCallback | undefined)),
    end: (self, args, below) => endPool(self as PgDriverPool, args, () => below(self, args)),
    newClient(self, args, below) {
      const before = making;
      making = true;
      try {
        return below(self, args);
      } finally {
        making = before;
      }
    },
  };
}

/**
 * The same for clients that belong to no pool, each as `hardenPgClient` hardens one; but what happens when a connection breaks stays as it was.
 * Those of pools pass: their calls are those of the pool.
 */
export function controlPgClients(rules: PgRules): { readonly query: PgControl; readonly connect: PgControl } {
  return {
    query(self, args, below) {
      const client = self as PgDriverClient;
      const operation = isPooled(client) ? undefined : own(rules);
      if (operation === undefined) return below(self, args);
      const send = (config: unknown, values: unknown, callback: PgCallback): unknown =>
        below(self, [config, values, callback]);
      const host = { client, queue: queueOf(client), send, bridge: rules.bridge, operation, call: {} };
      return callClientQuery(host, args, () => below(self, args));
    },
    connect(self, args, below) {
      if (making) pooled.add(self as object);
      return below(self, args);
    },
  };
}

/** Undefined when the call is not ours to make: it has no policies, or another one around it is in charge. */
function own({ operation }: PgRules): string | undefined {
  const name = operation();
  return name === undefined || authorityOver(name, 'sql') === 'none' ? undefined : name;
}

function hostOf(rules: PgRules, pool: PgDriverPool): PoolHost | undefined {
  const operation = own(rules);
  if (operation === undefined) return undefined;
  stateOf(pool);
  const { bridge } = rules;
  // Nobody has asked for a limit of the pool's own queue: that is for the bulkhead and the timeouts of the operation.
  const acquireTimeoutMs = pool.options.connectionTimeoutMillis || Number.POSITIVE_INFINITY;
  return { pool, bridge, operation, queue: Number.POSITIVE_INFINITY, acquireTimeoutMs, call: {} };
}

/** Of a pool that was made before its class was patched, clients are known once they have been on loan. */
function isPooled(client: PgDriverClient): boolean {
  return pooled.has(client) || typeof client.release === 'function';
}

/** Pools may have a class of promises of their own. */
function asPromiseOf(pool: PgDriverPool, answer: Promise<unknown>): PromiseLike<unknown> {
  const Own = (pool as { readonly Promise?: PromiseConstructor }).Promise;
  if (Own === undefined || Own === Promise) return answer;
  return new Own((resolve, reject) => {
    answer.then(resolve, reject);
  });
}
