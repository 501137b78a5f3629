import type { Bridge } from '@crossbridge/core';
import type { DatabaseCallOptions } from '../sql/call-options.ts';
import { ConnectionGate } from '../sql/connection-gate.ts';
import type { MysqlDriverPool } from './driver.ts';

/** One view of a pool: the pool's callback side, and how its calls are made. */
export interface MysqlHost {
  readonly pool: MysqlDriverPool;
  /** Undefined: the pool's own queue is the only one. */
  readonly gate: ConnectionGate | undefined;
  readonly bridge: Bridge;
  readonly operation: string;
  /** Callers that may wait for a connection. */
  readonly queue: number;
  /** The longest they wait, in milliseconds. */
  readonly acquireTimeoutMs: number;
  readonly call: DatabaseCallOptions;
}

const gates = new WeakMap<MysqlDriverPool, ConnectionGate>();

/** One for each pool, however many views of it there are. */
export function gateOf(pool: MysqlDriverPool): ConnectionGate {
  let gate = gates.get(pool);
  if (gate === undefined) {
    gate = new ConnectionGate({ limit: () => pool.config.connectionLimit || Number.POSITIVE_INFINITY });
    gates.set(pool, gate);
  }
  return gate;
}
