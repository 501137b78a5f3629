/**
 * What `@crossbridge/agent` puts in the place of methods of clients that it did not make. For the agent of the same version alone: this may change
 * with every release.
 */

export { isHardened } from '../fetch/hardened-mark.ts';
export { compileUpstreams, type UpstreamMatcher } from '../fetch/match.ts';
export { controlIORedis } from '../ioredis/control.ts';
export type { CommandRules } from '../ioredis/send-command.ts';
export type { MysqlControls, MysqlRules } from '../mysql2/control.ts';
export { controlMysqlConnection, controlMysqlPool } from '../mysql2/control.ts';
export type { MysqlConnectionClass } from '../mysql2/driver.ts';
export type { PgControl, PgRules } from '../pg/control.ts';
export { controlPgClients, controlPgPools } from '../pg/control.ts';
export { runOptionsOf } from '../redis/options.ts';
