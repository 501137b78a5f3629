import { hardenRedis } from '@crossbridge/integrations/redis';
import { createClient } from 'redis';
import { expect, it } from 'vitest';
import { describeHardenedRedis } from './contract.ts';

const open = (port: number) =>
  createClient({ socket: { host: '127.0.0.1', port, reconnectStrategy: () => 10 } }).on('error', () => {});

describeHardenedRedis(
  'A hardened client of node-redis',
  async (port, bridge) => {
    const client = hardenRedis(open(port), { bridge });
    await client.connect();
    return {
      incr: (key) => client.incr(key),
      get: (key) => client.get(key),
      set: (key, value) => client.set(key, value),
      incrTwice: (key) => client.multi().incr(key).incr(key).execAsPipeline(),
      incrTwiceAtOnce: (key) => client.multi().incr(key).incr(key).exec(),
      pop: (key) => client.blPop(key, 5),
      push: (key, value) => client.lPush(key, value),
      fail: async () => {
        await client.set('text', 'a');
        return client.lPush('text', 'b');
      },
      end: async () => client.destroy(),
    };
  },
  (bench) => {
    it('is the same client, for views with other options, too, and is hardened once', async () => {
      const client = open(bench.proxy.port);
      expect(hardenRedis(client, { bridge: bench.bridge })).toBe(client);
      expect(() => hardenRedis(client, { bridge: bench.bridge })).toThrow('not hardened yet');
      await client.connect();
      await client.withCommandOptions({}).set('view', '1');
      expect(bench.observer.ofType('call.started').length).toBeGreaterThan(0);
      const duplicate = client.duplicate().on('error', () => {});
      await duplicate.connect();
      const told = new Promise((resolve) => void duplicate.subscribe('news', resolve));
      await expect.poll(() => client.publish('news', 'hello')).toBe(1);
      expect(await told).toBe('hello');
      duplicate.destroy();
      client.destroy();
    });
  },
);
