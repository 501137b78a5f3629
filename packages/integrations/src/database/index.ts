export type { HardenedCall, PerCall, RetryChoice } from '../hardened/call-options.ts';
export type { Hardened } from '../hardened/hardened.ts';
export type { HardenDatabaseConnectionOptions } from './harden-database-connection.ts';
export { hardenDatabaseConnection } from './harden-database-connection.ts';
export type { DatabaseHealthOptions } from './health-check.ts';
export { registerDatabaseHealthCheck } from './health-check.ts';
export type { DatabaseRetryOptions } from './with-database-retry.ts';
export { withDatabaseRetry } from './with-database-retry.ts';
