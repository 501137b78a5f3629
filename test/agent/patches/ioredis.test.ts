import { type Bridge, createBridge } from '@crossbridge/core';
import { hardenIORedis } from '@crossbridge/integrations/ioredis';
import { Redis, type RedisOptions } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { ioredisPatch } from '../../../packages/agent/src/patches/ioredis.ts';
import { describeHardenedRedis } from '../../integrations/redis/contract.ts';
import { rejection } from '../../support/bridges.ts';
import { installed } from './installed.ts';

type Options = Omit<RedisOptions, 'replyMapping'>;

const flag = installed(ioredisPatch, 'redis.command');
const clients: Redis[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});

function open(port: number, options: Options = {}): Redis {
  const client: Redis = new Redis(port, '127.0.0.1', { retryStrategy: () => 10, ...options });
  client.on('error', () => {});
  clients.push(client);
  return client;
}

function use(bridge: Bridge): void {
  flag.bridge = bridge;
}

describeHardenedRedis(
  'A client of ioredis under the flag',
  async (port, bridge) => {
    use(bridge);
    const client = open(port);
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
    const client = (options: Options = {}): Redis => {
      use(bench.bridge);
      return open(bench.proxy.port, options);
    };
    const calls = (): number => bench.observer.ofType('call.started').length;
    const LIMITED = { rateLimit: { capacity: 1, windowSeconds: 0.05, maxWaitMs: 5_000 } };

    it('does nothing while the config has no such operation, and begins when it has', async () => {
      const redis = client();
      use(createBridge({ operations: { other: {} } }));
      await redis.set('none', '0');
      bench.proxy.on('incr', 'lose-reply');
      // As ioredis itself: it asks again.
      expect(await redis.incr('none')).toBe(2);
      use(bench.bridge);
      bench.proxy.on('incr', 'lose-reply');
      await rejection(redis.incr('none'));
      expect(await redis.get('none')).toBe('3');
    });

    it('makes a connection at once, whatever the policies hold back', async () => {
      bench.configure({ ...LIMITED, retry: null });
      const redis = client({ connectionName: 'shop', db: 2, lazyConnect: true, commandTimeout: 2_000 });
      const all = [1, 2, 3].map((n) => redis.incr(`hand${n}`));
      await expect.poll(() => redis.status, { timeout: 40, interval: 1 }).toBe('ready');
      await Promise.all(all);
      expect(await redis.client('GETNAME')).toBe('shop');
      expect(await redis.client('INFO')).toContain('db=2');
      expect(calls()).toBe(3);
      await redis.flushdb();
    });

    it('keeps what passes behind what the policies hold back', async () => {
      const redis = client();
      await redis.del('order');
      bench.configure({ ...LIMITED });
      use(bench.bridge);
      const seen: unknown[] = [];
      const note = (value: unknown): void => void seen.push(value);
      await Promise.all([
        redis.rpush('order', 'a').then(note),
        redis.rpush('order', 'b').then(note),
        redis
          .pipeline()
          .rpush('order', 'c')
          .rpush('order', 'd')
          .exec()
          .then(() => note('pipeline')),
        redis.rpush('order', 'e').then(note),
        redis
          .multi()
          .rpush('order', 'f')
          .exec()
          .then(() => note('multi')),
        redis.blpop('nothing', 0.01).then(note),
        redis.rpush('order', 'g').then(note),
      ]);
      expect(await redis.lrange('order', 0, -1)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
      expect(new Set(seen)).toEqual(new Set([1, 2, 'pipeline', 5, 'multi', null, 7]));
    });

    it('lets what passes go on when what stands before it is refused', async () => {
      const redis = client();
      await redis.set('go', '1');
      bench.configure({ rateLimit: { capacity: 1, windowSeconds: 60, maxWaitMs: 50 } });
      use(bench.bridge);
      await redis.get('go');
      const refused = rejection(redis.get('go'));
      const piped = redis.pipeline().get('go').exec();
      expect(await refused).toMatchObject({ code: 'rate_limited' });
      expect(await piped).toEqual([[null, '1']]);
    });

    it('lets clients that others duplicate be hardened, too', async () => {
      const redis = client().duplicate();
      clients.push(redis);
      redis.on('error', () => {});
      await redis.set('twin', '0');
      bench.proxy.on('incr', 'lose-reply');
      await rejection(redis.incr('twin'));
      expect(await redis.get('twin')).toBe('1');
    });

    it('opens the breaker, and refuses without asking the server', async () => {
      bench.configure({ circuitBreaker: { consecutiveFailures: 2, openForMs: 60_000 } });
      const redis = client();
      await redis.set('b', '0');
      for (let n = 0; n < 2; n += 1) {
        bench.proxy.on('incr', 'lose-reply');
        await rejection(redis.incr('b'));
      }
      const before = bench.proxy.seen('incr');
      expect(await rejection(redis.incr('b'))).toMatchObject({ code: 'circuit_open' });
      expect(bench.proxy.seen('incr')).toBe(before);
    });

    it('leaves to a client that was hardened by hand what it does', async () => {
      bench.configure({ retry: { maxAttempts: 2, baseDelayMs: 1, jitter: 'none' } });
      const redis = hardenIORedis(client(), { bridge: bench.bridge, operation: 'redis.command', key: 'hand' });
      await redis.set('by-hand', '0');
      bench.proxy.on('get', 'lose-reply', 5);
      await rejection(redis.get('by-hand'));
      expect(bench.proxy.seen('by-hand')).toBe(3);
      bench.proxy.calm();
      const started = bench.observer.ofType('call.started');
      expect(started.map(({ call }) => call.key)).toEqual(['hand', 'hand']);
    });

    it('has one attempt where a call around it is retried', async () => {
      const redis = client();
      await redis.set('around', '1');
      bench.proxy.on('get', 'lose-reply', 2);
      const outer = createBridge({
        operations: { outer: { retry: { maxAttempts: 3, baseDelayMs: 1, jitter: 'none' } } },
      });
      expect(await outer.run('outer', () => redis.get('around'))).toBe('1');
      expect(bench.observer.ofType('attempt.ended').map(({ outcome }) => outcome)).toEqual([
        'success',
        'error',
        'error',
        'success',
      ]);
    });
  },
);

describe('The patch of ioredis', () => {
  it('names what it supports, and says what it does not find', () => {
    expect(
      ['4.28.5', '5.0.0', '5.8.2', '6.0.0', '7.0.0'].map((version) => ioredisPatch.supports(version, 'ioredis')),
    ).toEqual([false, true, true, true, false]);
    const [file] = ioredisPatch.files;
    expect(() => file?.install({ default: {} }, flag.host, flag.found)).toThrow('no class');
  });

  it('leaves the method its name and number of parameters', () => {
    const { name, length } = Redis.prototype.sendCommand;
    expect({ name, length }).toEqual({ name: 'sendCommand', length: 2 });
  });
});
