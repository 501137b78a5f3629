import { createClient } from 'redis';
import { redisStore } from '../../../packages/integrations/src/redis-store/redis-store.ts';
import { describeSharedStore } from './contract.ts';

describeSharedStore('shared limits over node-redis', async (port) => {
  const client = createClient({ socket: { host: '127.0.0.1', port } });
  return { store: redisStore(client), end: async () => {} };
});
