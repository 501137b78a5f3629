export type { IORedisStoreClient } from './ioredis-store.ts';
export { ioredisStore } from './ioredis-store.ts';
export type { RedisStoreClient, RedisStoreCluster } from './redis-store.ts';
export { redisStore } from './redis-store.ts';
