export type { HardenRedisOptions } from '../redis/options.ts';
export type { IORedisClient } from './driver.ts';
export { hardenIORedis } from './harden-ioredis.ts';
