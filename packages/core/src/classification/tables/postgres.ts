import { type ErrorRule, rows } from '../error-rule.ts';

const NOT_ITS_FAULT = { breaker: 'ignored' } as const;

/** SQLSTATE as PostgreSQL, and databases that speak its protocol, use it. The two-character rows are for the rest of a class. */
export const SQLSTATE_RULES: readonly ErrorRule[] = [
  rows('rolled back by the server', 'sqlstate', ['40001', '40P01', '40000', '25P03', '25006'], 'rolled_back'),
  rows('outcome unknown to the server itself', 'sqlstate', ['40003', '08007'], 'unknown_outcome'),
  // Retrying at once a lock that the statement was told not to wait for would undo that choice.
  rows('lock not available', 'sqlstate', ['55P03'], 'rolled_back', { retryable: false }),
  // A statement timeout and a cancel by the user share one code: neither is the server's fault or ours to repeat.
  rows('cancelled', 'sqlstate', ['57014'], 'rolled_back', { retryable: false, ...NOT_ITS_FAULT }),
  rows('server shut down', 'sqlstate', ['57P01', '57P02'], 'unknown_outcome'),
  rows('server not ready', 'sqlstate', ['57P03', '53300', '08001', '08004'], 'not_executed'),
  rows('idle session closed', 'sqlstate', ['57P05'], 'not_executed', NOT_ITS_FAULT),
  rows('connection lost', 'sqlstate', ['08000', '08003', '08006'], 'unknown_outcome'),
  rows('out of resources', 'sqlstate', ['53100', '53200', '53400', '53'], 'permanent', { breaker: 'failure' }),
  rows('constraint violated', 'sqlstate', ['23505', '23P01', '23503', '23502', '23514', '23'], 'permanent'),
  rows('transaction already failed', 'sqlstate', ['25P02'], 'permanent'),
  rows('fault of the server', 'sqlstate', ['58', 'XX', 'F0'], 'permanent', { breaker: 'failure' }),
  rows('connection error', 'sqlstate', ['08'], 'permanent', { breaker: 'failure' }),
  rows('refused by the server', 'sqlstate', ['28', '3D', '42', '22', '25', '40', '55', '57', '0A', 'P0'], 'permanent'),
];

/** A mistake of the application, made before anything was sent. */
const NEVER_SENT = { notExecuted: true, ...NOT_ITS_FAULT } as const;

/** What the drivers pg and postgres.js say themselves. pg gives these errors no code, so the whole message is the name. */
export const POSTGRES_DRIVER_RULES: readonly ErrorRule[] = [
  rows(
    'connection lost',
    'message',
    ['Connection terminated unexpectedly', 'Connection terminated'],
    'unknown_outcome',
  ),
  rows(
    'connection lost before',
    'message',
    ['Client has encountered a connection error and is not queryable'],
    'not_executed',
  ),
  rows(
    'never connected',
    'message',
    ['Connection terminated due to connection timeout', 'timeout expired'],
    'not_executed',
  ),
  rows(
    'no TLS',
    'message',
    ['The server does not support SSL connections', 'There was an error establishing an SSL connection'],
    'permanent',
    { notExecuted: true, breaker: 'failure' },
  ),
  // An exhausted pool and a slow connect look the same: overload of our own is no failure of the database.
  rows('pool timeout', 'message', ['timeout exceeded when trying to connect'], 'not_executed', NOT_ITS_FAULT),
  rows('pool closed', 'message', ['Cannot use a pool after calling end on the pool'], 'permanent', NEVER_SENT),
  rows('client closed', 'message', ['Client was closed and is not queryable'], 'permanent', NEVER_SENT),
  // The server is still running it, and the next query on that connection would wait behind it.
  rows('query timeout', 'message', ['Query read timeout'], 'unknown_outcome', { retryable: false, ...NOT_ITS_FAULT }),
  rows('connection lost', 'code', ['CONNECTION_CLOSED'], 'unknown_outcome'),
  rows('never connected', 'code', ['CONNECT_TIMEOUT'], 'not_executed'),
  rows('client closed', 'code', ['CONNECTION_DESTROYED'], 'unknown_outcome', { retryable: false, ...NOT_ITS_FAULT }),
  rows('client closed', 'code', ['CONNECTION_ENDED'], 'permanent', NEVER_SENT),
  // postgres.js takes the code of the server for what it cancels in its own queue.
  rows('cancelled', 'code', ['57014'], 'not_executed', { retryable: false, ...NOT_ITS_FAULT }),
  // It says so once the server has begun the transaction.
  rows('misuse of the client', 'code', ['UNSAFE_TRANSACTION'], 'permanent', NOT_ITS_FAULT),
  rows(
    'misuse of the client',
    'code',
    ['MAX_PARAMETERS_EXCEEDED', 'UNDEFINED_VALUE', 'NOT_TAGGED_CALL'],
    'permanent',
    NEVER_SENT,
  ),
  rows('pool timeout', 'name', ['KnexTimeoutError'], 'not_executed', NOT_ITS_FAULT),
];
