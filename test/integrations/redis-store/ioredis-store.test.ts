import { Redis } from 'ioredis';
import { ioredisStore } from '../../../packages/integrations/src/redis-store/ioredis-store.ts';
import { describeSharedStore } from './contract.ts';

describeSharedStore('shared limits over ioredis', async (port) => {
  const client = new Redis(port, { lazyConnect: true });
  client.on('error', () => {});
  return {
    store: ioredisStore(client),
    end: async () => client.disconnect(),
  };
});
