export type { DatabaseCallOptions, HardenDatabaseOptions } from '../sql/call-options.ts';
export { CommitOutcomeUnknown } from '../sql/commit-outcome-unknown.ts';
export type { HardenedPostgres, PostgresTag } from './harden-postgres.ts';
export { hardenPostgres } from './harden-postgres.ts';
