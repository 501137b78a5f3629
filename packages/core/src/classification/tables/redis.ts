import { type ErrorRule, rows } from '../error-rule.ts';

const NOT_ITS_FAULT = { breaker: 'ignored' } as const;

/** First words of error replies, and what ioredis and node-redis say themselves. */
export const REDIS_RULES: readonly ErrorRule[] = [
  rows(
    'server not ready',
    'reply',
    ['LOADING', 'TRYAGAIN', 'CLUSTERDOWN', 'MASTERDOWN', 'READONLY', 'BUSY', 'NOREPLICAS'],
    'not_executed',
  ),
  // It waited for something to do, until the server changed its role or somebody ended the wait.
  rows('wait ended by the server', 'reply', ['UNBLOCKED'], 'not_executed', NOT_ITS_FAULT),
  rows('out of memory', 'reply', ['OOM'], 'permanent'),
  // Only a client that knows the cluster can follow.
  rows('another server of the cluster has the key', 'reply', ['MOVED', 'ASK'], 'permanent', { notExecuted: true }),
  rows(
    'refused by the server',
    'reply',
    ['ERR', 'WRONGTYPE', 'NOAUTH', 'WRONGPASS', 'NOPERM', 'NOSCRIPT', 'EXECABORT', 'CROSSSLOT', 'MISCONF'],
    'permanent',
  ),
  // Some commands of a transaction; the others were executed.
  rows('refused by the server', 'name', ['MultiErrorReply'], 'permanent'),
  rows('watched keys changed', 'name', ['WatchError'], 'rolled_back'),
  // ioredis has tried twenty times by then.
  rows('connection lost', 'name', ['MaxRetriesPerRequestError'], 'unknown_outcome', { retryable: false }),
  rows('connection lost', 'message', ['Connection is closed.', 'Command timed out'], 'unknown_outcome'),
  // The rest of a pipeline or transaction that was half answered. Elsewhere an AbortError is somebody's wish.
  {
    ...rows('connection lost', 'name', ['AbortError'], 'unknown_outcome'),
    match: { name: 'AbortError', message: 'Command aborted due to connection close' },
  },
  rows(
    'never connected',
    'message',
    [
      "Stream isn't writeable and enableOfflineQueue options is false",
      "Cluster isn't ready and enableOfflineQueue options is false",
      'None of startup nodes is available',
    ],
    'not_executed',
  ),
  rows('connection lost', 'name', ['SocketClosedUnexpectedlyError', 'SocketTimeoutError'], 'unknown_outcome'),
  rows(
    'never connected',
    'name',
    ['ConnectionTimeoutError', 'ClientOfflineError', 'RootNodesUnavailableError', 'ClusterAllFailedError'],
    'not_executed',
  ),
  rows('gave up connecting', 'name', ['ReconnectStrategyError'], 'not_executed', { retryable: false }),
  rows('client closed', 'name', ['ClientClosedError'], 'permanent', { notExecuted: true, ...NOT_ITS_FAULT }),
  // What was not sent yet fails with it like what was.
  rows('client closed', 'name', ['DisconnectsClientError'], 'unknown_outcome', { retryable: false, ...NOT_ITS_FAULT }),
  rows('queue full', 'message', ['The queue is full'], 'not_executed', NOT_ITS_FAULT),
];
