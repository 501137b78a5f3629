import type { Bridge } from '@crossbridge/core';
import type { DatabaseCallOptions } from '../sql/call-options.ts';
import { ConnectionGate } from '../sql/connection-gate.ts';
import type { TransactionScope } from '../sql/transaction-scope.ts';
import type { PgDriverClient, PgDriverPool } from './driver.ts';

/** What is held for a pool, however many views of it there are. */
export interface PoolState {
  readonly gate: ConnectionGate;
  /** Transactions that wait for a further connection. */
  readonly waitingTransactions: Set<TransactionScope>;
}

/** One view of a pool: the pool, and how its calls are made. */
export interface PoolHost {
  readonly pool: PgDriverPool;
  readonly bridge: Bridge;
  readonly operation: string;
  /** Callers that may wait for a connection. */
  readonly queue: number;
  /** The longest they wait, in milliseconds. */
  readonly acquireTimeoutMs: number | undefined;
  readonly call: DatabaseCallOptions;
}

const states = new WeakMap<PgDriverPool, PoolState>();
const heeded = new WeakSet<PgDriverClient>();

export function stateOf(pool: PgDriverPool): PoolState {
  let state = states.get(pool);
  if (state === undefined) {
    state = { gate: new ConnectionGate({ limit: () => maxOf(pool) }), waitingTransactions: new Set() };
    states.set(pool, state);
    // An idle connection that breaks is an event of the pool, and one that nobody listens for ends the process.
    pool.on('error', () => {});
    // One on loan, too. The pool has stopped to listen before whoever asked has it.
    pool.on('acquire', heedErrors);
  }
  return state;
}

function heedErrors(client: PgDriverClient): void {
  if (heeded.has(client)) return;
  heeded.add(client);
  client.on('error', () => {});
}

/** pg-pool's own default is 10. */
export function maxOf(pool: PgDriverPool): number {
  return pool.options.max ?? 10;
}
