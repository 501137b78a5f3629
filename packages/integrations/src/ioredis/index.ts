export type { HardenRedisOptions } from '../redis/options.ts';
export { runOptionsOf } from '../redis/options.ts';
export { controlIORedis } from './control.ts';
export type { IORedisClient } from './driver.ts';
export { hardenIORedis } from './harden-ioredis.ts';
export type { CommandRules } from './send-command.ts';
