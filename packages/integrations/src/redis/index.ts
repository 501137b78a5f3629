export type { NodeRedisClient } from './harden-redis.ts';
export { hardenRedis } from './harden-redis.ts';
export type { HardenRedisOptions } from './options.ts';
