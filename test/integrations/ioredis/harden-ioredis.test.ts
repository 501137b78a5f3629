import { hardenIORedis } from '@crossbridge/integrations/ioredis';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { describeHardenedRedis } from '../redis/contract.ts';

const open = (port: number): Redis => {
  const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 10 });
  client.on('error', () => {});
  return client;
};

describeHardenedRedis(
  'A hardened client of ioredis',
  async (port, bridge) => {
    const client = hardenIORedis(open(port), { bridge });
    await client.ping();
    return {
      incr: (key) => client.incr(key),
      get: (key) => client.get(key),
      set: (key, value) => client.set(key, value),
      incrTwice: (key) => client.pipeline().incr(key).incr(key).exec(),
      incrTwiceAtOnce: (key) => client.multi().incr(key).incr(key).exec(),
      pop: (key) => client.blpop(key, 5),
      push: (key, value) => client.lpush(key, value),
      fail: async () => {
        await client.set('text', 'a');
        return client.lpush('text', 'b');
      },
      end: async () => client.disconnect(),
    };
  },
  (bench) => {
    it('is the same client, converts replies once and calls callbacks, and is hardened once', async () => {
      const client = open(bench.proxy.port);
      expect(hardenIORedis(client, { bridge: bench.bridge })).toBe(client);
      expect(() => hardenIORedis(client, { bridge: bench.bridge })).toThrow('not hardened yet');
      await client.hset('h', { a: '1', b: '2' });
      expect(await client.hgetall('h')).toEqual({ a: '1', b: '2' });
      expect(await client.getBuffer('h').catch((error: Error) => error.message)).toContain('WRONGTYPE');
      await client.set('bytes', 'x');
      expect(await client.getBuffer('bytes')).toEqual(Buffer.from('x'));
      expect(await new Promise((resolve) => void client.get('bytes', (_, value) => resolve(value)))).toBe('x');
      client.disconnect();
    });

    it('carries transactions by hand, scripts and subscriptions', async () => {
      const client = hardenIORedis(open(bench.proxy.port), { bridge: bench.bridge });
      await client.multi({ pipeline: false });
      await client.set('m', '1');
      expect(await client.exec()).toEqual([[null, 'OK']]);
      expect(await client.eval('return redis.call("get", KEYS[1])', 1, 'm')).toBe('1');
      const listener = hardenIORedis(open(bench.proxy.port), { bridge: bench.bridge });
      await listener.subscribe('news');
      const told = new Promise((resolve) => listener.on('message', (_, text) => resolve(text)));
      await client.publish('news', 'hello');
      expect(await told).toBe('hello');
      client.disconnect();
      listener.disconnect();
    });

    it('unhardened it would have counted twice', async () => {
      const client = open(bench.proxy.port);
      await client.set('twice', '0');
      bench.proxy.on('incr', 'lose-reply');
      await client.incr('twice');
      expect(await client.get('twice')).toBe('2');
      client.disconnect();
    });
  },
);
