import { type Callback, Redis, type RedisOptions, type Result } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { ioredisPatch } from '../../../packages/agent/src/patches/ioredis.ts';
import { redisBench } from '../../integrations/redis/bench.ts';
import { rejection } from '../../support/bridges.ts';
import { describeWithServers } from '../../support/servers.ts';
import { installed } from './installed.ts';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    addTwice(key: string, by: string, callback?: Callback<number>): Result<number, Context>;
    readTwice(key: string): Result<string[], Context>;
  }
}

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

describeWithServers(['redis'], 'What is more than a command of ioredis, under the flag', () => {
  const bench = redisBench(() => Promise.reject(new Error('Not used')));
  const client = (options: Options = {}): Redis => {
    flag.bridge = bench.bridge;
    return open(bench.proxy.port, options);
  };
  const calls = (): number => bench.observer.ofType('call.started').length;

  it('repeats nothing while keys are watched, so that EXEC notices what changed', async () => {
    const redis = client();
    await redis.set('w', '1');
    await redis.watch('w');
    bench.proxy.on('get', 'lose-reply');
    expect(await rejection(redis.get('w'))).toMatchObject({ message: 'Connection is closed.' });
    bench.proxy.calm();
    // The server has forgotten with the connection.
    bench.proxy.on('get', 'lose-reply');
    expect(await redis.get('w')).toBe('1');
    await redis.watch('w');
    await client().set('w', '2');
    expect(await redis.multi().set('w', '3').exec()).toBe(null);
    bench.proxy.on('get', 'lose-reply');
    expect(await redis.get('w')).toBe('2');
  });

  it('carries transactions by hand, and forgets those that a lost connection has ended', async () => {
    const redis = client();
    await redis.set('m', '0');
    await redis.multi({ pipeline: false });
    const before = calls();
    await redis.incr('m');
    bench.proxy.cut();
    await rejection(redis.exec());
    await redis.ping();
    await redis.set('m', '5');
    expect(calls()).toBe(before + 2);
    expect(await redis.get('m')).toBe('5');
  });

  it('lets ioredis ask again for what it waits for, and subscribe again', async () => {
    const [waiting, listener, other] = [client(), client(), client()];
    const told = new Promise((resolve) => listener.on('message', (_, text) => resolve(text)));
    await listener.subscribe('news');
    const popped = waiting.blpop('waited-for', 0);
    await expect.poll(() => bench.proxy.seen('waited-for')).toBe(1);
    await other.ping();
    bench.proxy.cut();
    await expect.poll(() => other.client('LIST')).toContain('cmd=blpop');
    await expect.poll(() => other.pubsub('NUMSUB', 'news')).toEqual(['news', 1]);
    await other.publish('news', 'hello');
    await other.lpush('waited-for', 'one');
    expect(await popped).toEqual(['waited-for', 'one']);
    expect(await told).toBe('hello');
  });

  it('runs scripts once, those that only read again', async () => {
    const redis = client({
      scripts: {
        addTwice: {
          numberOfKeys: 1,
          lua: 'redis.call("incrby", KEYS[1], ARGV[1]) return redis.call("incrby", KEYS[1], ARGV[1])',
        },
        readTwice: { numberOfKeys: 1, readOnly: true, lua: 'local a = redis.call("get", KEYS[1]) return {a, a}' },
      },
    });
    await redis.set('s', '0');
    expect(await redis.addTwice('s', '1')).toBe(2);
    bench.proxy.on('evalsha', 'lose-reply');
    await rejection(redis.addTwice('s', '1'));
    expect(await redis.get('s')).toBe('4');
    await redis.script('FLUSH');
    expect(await redis.addTwice('s', '1')).toBe(6);
    expect(await redis.readTwice('s')).toEqual(['6', '6']);
    bench.proxy.on('evalsha', 'lose-reply');
    expect(await redis.readTwice('s')).toEqual(['6', '6']);
    expect(await new Promise((resolve) => void redis.addTwice('s', '1', (_, sum) => resolve(sum)))).toBe(8);
  });

  it('scans, reads streams, converts replies and calls back as before', async () => {
    const redis = client();
    await redis.mset({ 'scan:1': 'a', 'scan:2': 'b' });
    const found: string[] = [];
    for await (const keys of redis.scanStream({ match: 'scan:*' })) found.push(...keys);
    expect(found.sort()).toEqual(['scan:1', 'scan:2']);
    await redis.hset('h', { a: '1' });
    expect(await redis.hgetall('h')).toEqual({ a: '1' });
    expect(await redis.getBuffer('scan:1')).toEqual(Buffer.from('a'));
    expect(await new Promise((resolve) => void redis.get('scan:2', (_, value) => resolve(value)))).toBe('b');
    expect(await redis.call('GET', 'scan:1')).toBe('a');
    await redis.xadd('log', '*', 'k', 'v');
    expect(await redis.xread('COUNT', 1, 'BLOCK', 50, 'STREAMS', 'log', '0')).toMatchObject([
      ['log', [[expect.any(String), ['k', 'v']]]],
    ]);
    expect(await rejection(redis.call('NOPE'))).toMatchObject({
      message: expect.stringContaining('unknown command'),
    });
  });
});
