import { type AttemptContext, BulkheadFullError, runAsAttempt } from '@crossbridge/core';
import { before } from '../sql/before.ts';
import { NothingDone } from '../sql/failures.ts';
import type { TransactionScope } from '../sql/transaction-scope.ts';
import type { PgDriverClient } from './driver.ts';
import { Lease } from './lease.ts';
import { maxOf, type PoolHost, stateOf } from './pool-host.ts';

/** What pg-pool says when all its connections are in use for too long, and no more than that. */
const POOL_TIMEOUT = 'timeout exceeded when trying to connect';
/** How long a caller waits for a connection when neither the pool nor the options say so. */
const DEFAULT_ACQUIRE_TIMEOUT_MS = 10_000;
/** Of an attempt's time: what fails before it is known for certain to have done nothing. */
const SHARE_OF_ATTEMPT = 0.8;

type Surroundings = Pick<AttemptContext, 'signal' | 'remainingMs'>;

/**
 * Takes a connection from the pool. Nothing was sent when that fails, whatever the error looks like, and the error says so.
 *
 * @throws BulkheadFullError when all connections stay in use; NothingDone around what would be taken for more
 */
export async function acquire(host: PoolHost, context: Surroundings): Promise<Lease> {
  const timeoutMs = acquireTimeoutMs(host, context);
  const startedAtMs = performance.now();
  const { gate } = stateOf(host.pool);
  const { operation, queue } = host;
  const leave = await gate.enter({ operation, queue, timeoutMs, signal: context.signal });
  return connect(host, leave, Math.max(1, timeoutMs - (performance.now() - startedAtMs)), context.signal);
}

/**
 * Takes a further connection for a program that holds one already: never behind those that wait for the one it holds. Refused at
 * once where only such programs hold connections, since they would wait for each other for ever.
 */
export async function acquireInside(host: PoolHost, scope: TransactionScope, signal?: AbortSignal): Promise<Lease> {
  const { gate, waitingTransactions } = stateOf(host.pool);
  const leaveGate = gate.enterAnyway();
  let held = 0;
  const leave = (): void => {
    scope.holds -= held;
    leaveGate();
  };
  waitingTransactions.add(scope);
  try {
    assertCanCome(host, waitingTransactions);
    const lease = await connect(host, leave, patienceMs(host), signal);
    held = 1;
    scope.holds += held;
    return lease;
  } catch (error) {
    leave();
    throw error;
  } finally {
    waitingTransactions.delete(scope);
  }
}

function assertCanCome({ pool, operation }: PoolHost, waiting: ReadonlySet<TransactionScope>): void {
  if (pool.idleCount > 0 || pool.totalCount < maxOf(pool)) return;
  const heldByWaiting = [...waiting].reduce((sum, { holds }) => sum + holds, 0);
  if (heldByWaiting < pool.totalCount) return;
  const whose = `all ${pool.totalCount} connections are held by transactions that wait for a further one`;
  throw new BulkheadFullError(operation, `${whose}: use the connection of the transaction`);
}

/** How long a caller waits for a connection, whatever time there is. */
function patienceMs({ acquireTimeoutMs, pool }: PoolHost): number {
  return acquireTimeoutMs ?? (pool.options.connectionTimeoutMillis || DEFAULT_ACQUIRE_TIMEOUT_MS);
}

function acquireTimeoutMs(host: PoolHost, { remainingMs }: Surroundings): number {
  const attemptMs = host.bridge.config.operations[host.operation]?.timeout.attemptMs ?? Number.POSITIVE_INFINITY;
  return Math.min(patienceMs(host), attemptMs * SHARE_OF_ATTEMPT, remainingMs);
}

async function connect(
  host: PoolHost,
  leave: () => void,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Lease> {
  const { pool, operation } = host;
  const arriving = runAsAttempt('sql', () => pool.connect()).then(
    (client: PgDriverClient) => new Lease(client, leave),
    (error: unknown) => {
      leave();
      throw meaningOf(error, host);
    },
  );
  const tooLate = (): Error => {
    const full = pool.idleCount === 0 && pool.totalCount >= maxOf(pool);
    const within = `within ${Math.round(timeoutMs)} ms`;
    if (full) return new BulkheadFullError(operation, `the pool gave no connection ${within}`);
    return Object.assign(new Error(`No connection to PostgreSQL ${within}`), { code: 'ETIMEDOUT', syscall: 'connect' });
  };
  try {
    return await before(arriving, { timeoutMs, signal, tooLate });
  } catch (error) {
    // Nobody can tell the pool that a connection is not wanted any more.
    void arriving.then(
      (lease) => lease.release(),
      () => {},
    );
    throw error;
  }
}

function meaningOf(error: unknown, { bridge, operation }: PoolHost): unknown {
  if (error instanceof Error && error.message === POOL_TIMEOUT) {
    const refusal = new BulkheadFullError(operation, 'the pool gave no connection in time');
    return Object.defineProperty(refusal, 'cause', { value: error, configurable: true, writable: true });
  }
  // A connection may also break before it is of any use.
  return bridge.explain(error, operation).class === 'unknown_outcome' ? new NothingDone(error) : error;
}
