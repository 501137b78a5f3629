export type { DatabaseCallOptions } from '../sql/call-options.ts';
export { CommitOutcomeUnknown } from '../sql/commit-outcome-unknown.ts';
export type { TransactionContext } from '../sql/transaction-attempt.ts';
export type { MysqlConnectionOf, MysqlPool } from './driver.ts';
export type {
  HardenedMysqlConnection,
  HardenMysqlConnectionOptions,
  MysqlConnectionCallOptions,
  MysqlSingleConnection,
} from './harden-mysql-connection.ts';
export { hardenMysqlConnection } from './harden-mysql-connection.ts';
export type { HardenedMysqlPool, HardenMysqlPoolOptions } from './harden-mysql-pool.ts';
export { hardenMysqlPool } from './harden-mysql-pool.ts';
export type { MysqlTransactionOptions } from './transaction-options.ts';
