import { type ErrorRule, rows } from '../error-rule.ts';

/** The driver has repeated these once already, and a repeat of ours would be a new operation to the server. */
const REPEATED_BY_DRIVER = { retryable: false } as const;

const SERVER_ERRORS = ['MongoServerError', 'MongoWriteConcernError', 'MongoBulkWriteError'] as const;

/** Codes with which a server asks for another try. */
const RETRYABLE_CODES = [
  '6',
  '7',
  '89',
  '91',
  '134',
  '189',
  '262',
  '9001',
  '10107',
  '11600',
  '11602',
  '13435',
  '13436',
];

/** Labels first: they say what a code leaves open. The first row whose labels an error has decides. */
export const MONGODB_RULES: readonly ErrorRule[] = [
  rows('nothing was written', 'label', ['NoWritesPerformed'], 'not_executed'),
  rows('overloaded', 'label', ['SystemOverloadedError', 'RetryableError'], 'not_executed'),
  rows('connection pool cleared', 'label', ['PoolRequestedRetry'], 'not_executed'),
  rows('transaction aborted', 'label', ['TransientTransactionError'], 'rolled_back'),
  // Only the commit may be repeated, which a wrapper of the whole function cannot do.
  rows('commit outcome unknown', 'label', ['UnknownTransactionCommitResult'], 'unknown_outcome', { retryable: false }),
  rows('write outcome unknown', 'label', ['RetryableWriteError'], 'unknown_outcome', REPEATED_BY_DRIVER),
  {
    ...rows('server not ready', 'code', RETRYABLE_CODES, 'unknown_outcome', REPEATED_BY_DRIVER),
    match: { code: RETRYABLE_CODES, name: SERVER_ERRORS },
  },
  rows('no server', 'name', ['MongoServerSelectionError', 'MongoPoolClearedError'], 'not_executed'),
  rows('pool timeout', 'name', ['MongoWaitQueueTimeoutError'], 'not_executed', { breaker: 'ignored' }),
  rows(
    'connection lost',
    'name',
    ['MongoNetworkError', 'MongoNetworkTimeoutError'],
    'unknown_outcome',
    REPEATED_BY_DRIVER,
  ),
  rows('refused by the server', 'name', [...SERVER_ERRORS], 'permanent'),
];
