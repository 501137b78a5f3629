import { type AttemptContext, BulkheadFullError } from '@crossbridge/core';
import { before } from '../sql/before.ts';
import { NothingDone, NotRepeatable } from '../sql/failures.ts';
import { scopeOn } from '../sql/transaction-scope.ts';
import type { MysqlConnection, MysqlDriverPool } from './driver.ts';
import { MysqlLease } from './lease.ts';
import { asOurs } from './ours.ts';
import type { MysqlHost } from './pool-host.ts';

/** Of an attempt's time: what fails before it is known for certain to have done nothing. */
const SHARE_OF_ATTEMPT = 0.8;
/** What mysql2 says when it gives no connection away, and no more than that. */
const POOL_FULL: ReadonlySet<string> = new Set(['No connections available.', 'Queue limit reached.']);

/**
 * Takes a connection from the pool; inside a transaction of this pool without waiting behind those that wait for its connection. Nothing was
 * sent when that fails, whatever the error looks like, and the error says so.
 *
 * @throws BulkheadFullError when all connections stay in use; NothingDone around what would be taken for more
 */
export async function acquire(
  host: MysqlHost,
  { signal, remainingMs }: Pick<AttemptContext, 'signal' | 'remainingMs'>,
): Promise<MysqlLease> {
  const { gate, operation, queue, bridge, pool } = host;
  const attemptMs = bridge.config.operations[operation]?.timeout.attemptMs ?? Number.POSITIVE_INFINITY;
  const timeoutMs = Math.min(host.acquireTimeoutMs, attemptMs * SHARE_OF_ATTEMPT, remainingMs);
  const untilMs = performance.now() + timeoutMs;
  const inside = scopeOn(pool) !== undefined;
  const leave = inside ? gate?.enterAnyway() : await gate?.enter({ operation, queue, timeoutMs, signal });
  const arriving = connect(host, leave);
  const tooLate = (): Error => {
    const within = `within ${Math.round(timeoutMs)} ms`;
    if (isFull(pool)) {
      return new BulkheadFullError(operation, `the pool gave no connection ${within}`);
    }
    return Object.assign(new Error(`No connection to MySQL ${within}`), { code: 'ETIMEDOUT', syscall: 'connect' });
  };
  try {
    return await before(arriving, { timeoutMs: untilMs - performance.now(), signal, tooLate });
  } catch (error) {
    // Nobody can tell the pool that a connection is not wanted any more.
    void arriving.then(
      (lease) => lease.release(),
      () => {},
    );
    throw error;
  }
}

/** Whether all connections are in use, by whomever. A pool that does not say is taken to be, which no breaker counts. */
function isFull({ config, _allConnections, _freeConnections }: MysqlDriverPool): boolean {
  if (_allConnections === undefined || _freeConnections === undefined) return true;
  return _freeConnections.length === 0 && _allConnections.length >= config.connectionLimit;
}

async function connect({ pool, bridge, operation, gate }: MysqlHost, leave = (): void => {}): Promise<MysqlLease> {
  try {
    const connection = await new Promise<MysqlConnection>((resolve, reject) => {
      pool.getConnection(
        asOurs((error, given) => {
          if (given === undefined) reject(error);
          else resolve(given);
        }),
      );
    });
    return new MysqlLease(connection, leave);
  } catch (error) {
    leave();
    if (error instanceof Error && POOL_FULL.has(error.message)) {
      // Whoever has bounded the queue of the pool knows its words.
      if (gate === undefined) throw new NotRepeatable(error);
      const refusal = new BulkheadFullError(operation, 'the pool gave no connection');
      throw Object.defineProperty(refusal, 'cause', { value: error, configurable: true, writable: true });
    }
    throw bridge.explain(error, operation).class === 'unknown_outcome' ? new NothingDone(error) : error;
  }
}
