export type { DatabaseCallOptions, HardenDatabaseOptions } from '../sql/call-options.ts';
export { CommitOutcomeUnknown } from '../sql/commit-outcome-unknown.ts';
export type { TransactionContext } from '../sql/transaction-attempt.ts';
export type { ClientOf, PgClient, PgPool } from './driver.ts';
export type { HardenedPgClient, HardenPgClientOptions, PgClientCallOptions } from './harden-pg-client.ts';
export { hardenPgClient } from './harden-pg-client.ts';
export type { HardenedPgPool, HardenPgPoolOptions } from './harden-pg-pool.ts';
export { hardenPgPool } from './harden-pg-pool.ts';
export type { TransactionOptions } from './transaction-options.ts';
