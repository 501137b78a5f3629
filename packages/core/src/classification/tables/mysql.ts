import { type ErrorRule, rows } from '../error-rule.ts';

const NOT_ITS_FAULT = { breaker: 'ignored' } as const;

/** Numbers of MySQL and MariaDB server errors, and what mysql2 says itself. */
export const MYSQL_RULES: readonly ErrorRule[] = [
  rows('deadlock', 'errno', [1213, 1614, 3058], 'rolled_back'),
  // MariaDB, under innodb_snapshot_isolation.
  rows('serialization failure', 'errno', [1020], 'rolled_back'),
  // The server rolls back the statement alone: it is the caller who must roll back, then repeat the whole transaction.
  rows('lock wait timeout', 'errno', [1205], 'rolled_back'),
  rows('lock not available', 'errno', [3572], 'rolled_back', { retryable: false }),
  rows('connection limit', 'errno', [1040, 1203, 1226], 'not_executed'),
  rows('server shut down', 'errno', [1053, 1077], 'unknown_outcome'),
  rows('connection killed', 'errno', [1927], 'unknown_outcome'),
  rows('connection lost', 'errno', [1152, 1158, 1159, 1160, 1161, 4031], 'unknown_outcome'),
  rows('read-only server', 'errno', [1290, 1792, 1836], 'not_executed'),
  // A statement that took too long is 3024 to MySQL and 1969 to MariaDB.
  rows('cancelled', 'errno', [1317, 3024, 1969], 'rolled_back', { retryable: false, ...NOT_ITS_FAULT }),
  // Its SQLSTATE says that the connection is at fault, which it closes after that.
  rows('statement too large', 'errno', [1153], 'permanent'),
  // Numbers of the client library: mysql2 has none of them, native drivers do.
  rows('never connected', 'errno', [2002, 2003], 'not_executed'),
  rows('connection lost', 'errno', [2006, 2013], 'unknown_outcome'),
  rows('connection lost', 'code', ['PROTOCOL_CONNECTION_LOST'], 'unknown_outcome'),
  rows(
    'connection lost before',
    'message',
    ["Can't add new command when connection is in closed state"],
    'not_executed',
  ),
  rows('no TLS', 'code', ['HANDSHAKE_NO_SSL_SUPPORT'], 'permanent', { notExecuted: true, breaker: 'failure' }),
  // The server may still be running the query.
  rows('query timeout', 'code', ['PROTOCOL_SEQUENCE_TIMEOUT'], 'unknown_outcome', {
    retryable: false,
    ...NOT_ITS_FAULT,
  }),
  rows(
    'pool exhausted',
    'message',
    ['No connections available.', 'Queue limit reached.'],
    'not_executed',
    NOT_ITS_FAULT,
  ),
  rows('no server online', 'code', ['POOL_NONEONLINE'], 'not_executed'),
  // None was added by that name, or all were removed for good after their failures.
  rows('no server', 'code', ['POOL_NOEXIST'], 'not_executed', { retryable: false }),
  rows('pool closed', 'message', ['Pool is closed.'], 'permanent', { notExecuted: true, ...NOT_ITS_FAULT }),
];
