import { type ErrorRule, rows } from '../error-rule.ts';

/** First words of error replies, and what ioredis and node-redis say themselves. */
export const REDIS_RULES: readonly ErrorRule[] = [
  rows(
    'server not ready',
    'reply',
    ['LOADING', 'TRYAGAIN', 'CLUSTERDOWN', 'MASTERDOWN', 'READONLY', 'BUSY', 'NOREPLICAS'],
    'not_executed',
  ),
  rows('out of memory', 'reply', ['OOM'], 'permanent'),
  rows(
    'refused by the server',
    'reply',
    ['ERR', 'WRONGTYPE', 'NOAUTH', 'WRONGPASS', 'NOPERM', 'NOSCRIPT', 'EXECABORT', 'CROSSSLOT', 'MISCONF'],
    'permanent',
  ),
  // ioredis has tried twenty times by then.
  rows('connection lost', 'name', ['MaxRetriesPerRequestError'], 'unknown_outcome', { retryable: false }),
  rows('connection lost', 'message', ['Connection is closed.', 'Command timed out'], 'unknown_outcome'),
  rows('connection lost', 'name', ['SocketClosedUnexpectedlyError', 'SocketTimeoutError'], 'unknown_outcome'),
  rows('never connected', 'name', ['ConnectionTimeoutError', 'ClientOfflineError'], 'not_executed'),
];
