const { AsyncLocalStorage } = require('node:async_hooks');
const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');

/** A queue of jobs, a lock, a cache and a chat on ioredis, as services have them. Step by step; each prints what came of it. */
module.exports = async function run(Redis, names, url) {
  const redis = new Redis(url, { retryStrategy: () => 20, keyPrefix: 'jobs:' });
  redis.on('error', () => {});
  const told = (error) => [error.name, error.message.slice(0, 40)];
  const steps = {
    /** Moves jobs between lists and counts them, with scripts that are declared with the client. */
    async queue() {
      await redis.flushdb();
      const scripted = new Redis(url, {
        scripts: {
          take: {
            numberOfKeys: 2,
            lua: 'local j = redis.call("rpop", KEYS[1]) if j then redis.call("hset", KEYS[2], j, ARGV[1]) end return j',
          },
          fails: { numberOfKeys: 0, lua: 'return redis.error_reply("MINE no such job")' },
        },
      });
      await scripted.lpush('waiting', ...Array.from({ length: 5 }, (_, n) => `job ${n}`));
      const taken = [];
      for (let job = await scripted.take('waiting', 'taken', 'me'); job !== null; ) {
        taken.push(job);
        job = await scripted.take('waiting', 'taken', 'me');
      }
      const failed = await scripted.fails().catch(told);
      const buffer = await scripted.takeBuffer('waiting', 'taken', 'me');
      const all = await scripted.hgetall('taken');
      await scripted.quit();
      return { taken, failed, buffer, all };
    },
    /** A lock that is let go by who holds it, and only by them. */
    async lock() {
      const release = 'if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end return 0';
      const first = await redis.set('lock', 'a', 'PX', 10_000, 'NX');
      const second = await redis.set('lock', 'b', 'PX', 10_000, 'NX');
      return [first, second, await redis.eval(release, 1, 'lock', 'b'), await redis.eval(release, 1, 'lock', 'a')];
    },
    /** An optimistic counter: whoever was overtaken begins again. */
    async optimistic() {
      await redis.set('count', 0);
      let rounds = 0;
      const raise = async () => {
        const own = redis.duplicate();
        for (;;) {
          await own.watch('count');
          const count = Number(await own.get('count'));
          rounds += 1;
          const done = await own
            .multi()
            .set('count', count + 1)
            .exec();
          if (done !== null) break;
        }
        own.disconnect();
      };
      await Promise.all([raise(), raise(), raise(), raise()]);
      return [await redis.get('count'), rounds >= 4];
    },
    /** Batches in one pipeline, some of them wrong, and one of a thousand. */
    async pipelines() {
      const wrong = redis.pipeline().set('s', 'text').incr('s').get('s').lpush('s', 1).hgetall('nothing');
      const results = (await wrong.exec()).map(([error, value]) => (error ? error.message.slice(0, 12) : value));
      const big = redis.pipeline();
      for (let n = 0; n < 1000; n += 1) big.set(`n:${n}`, n);
      const sum = (await big.exec()).reduce((total, [, reply]) => total + (reply === 'OK' ? 1 : 0), 0);
      const empty = await redis.pipeline().exec();
      const nested = await redis
        .pipeline()
        .set('m', 1)
        .multi()
        .incr('m')
        .incr('m')
        .exec()
        .get('m')
        .exec((error) => console.log('pipeline with a transaction', error));
      return { results, sum, empty, nested, length: redis.pipeline().get('a').length };
    },
    /** Every key there is, in three ways. */
    async scans() {
      let keys = 0;
      for await (const some of redis.scanStream({ match: 'jobs:n:*', count: 100 })) {
        keys += some.length;
        await redis.ping();
      }
      await redis.hset('hash', Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`f${n}`, n])));
      const fields = await redis.hscanStream('hash', { count: 100 }).toArray();
      const [cursor, page] = await redis.sscan('no set', 0);
      return [keys, fields.flat().length, cursor, page];
    },
    /** A subscriber that loses its connection and hears on. */
    async chat() {
      const listener = new Redis(url, { retryStrategy: () => 10 });
      listener.on('error', () => {});
      const heard = [];
      listener.on('message', (channel, text) => heard.push([channel, text]));
      await listener.subscribe('room');
      const { length } = await listener.subscribe('other').then((count) => Array(count));
      await redis.publish('room', 'one');
      while (heard.length < 1) await sleep(5);
      const again = once(listener, 'ready');
      listener.stream.destroy();
      await again;
      while ((await redis.pubsub('NUMSUB', 'room'))[1] !== 1) await sleep(5);
      await redis.publish('room', 'two');
      while (heard.length < 2) await sleep(5);
      await listener.quit();
      return [length, heard];
    },
    /** What the application keeps for each request stays with that request. */
    async requests() {
      const request = new AsyncLocalStorage();
      const seen = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          request.run(n, async () => {
            await redis.incr('seen');
            await redis.pipeline().incr('seen').exec();
            return request.getStore() === n;
          }),
        ),
      );
      return [new Set(seen).size, seen[0], await redis.get('seen')];
    },
    /** Buffers, numbers, nothing, and replies that are turned into something else. */
    async types() {
      await redis.set('binary', Buffer.from([0, 255, 10, 13]));
      await redis.zadd('ranks', 1.5, 'a', '2', 'b', '+inf', 'c');
      await redis.geoadd('places', 13.361389, 38.115556, 'Palermo');
      Redis.Command.setReplyTransformer('lrange', (reply) => reply);
      return [
        await redis.getBuffer('binary'),
        await redis.zrange('ranks', 0, -1, 'WITHSCORES'),
        await redis.geopos('places', 'Palermo', 'Nowhere'),
        await redis.get('nothing'),
        await redis.lrange('nothing', 0, -1),
        await redis.config('GET', 'maxmemory-policy'),
        await redis.set('null', null),
        await redis.get('null'),
        await redis.mget(['null', 'nothing']),
      ];
    },
    /** Connections that cannot be had, that end, and that were never opened. */
    async ends() {
      const nobody = new Redis(1, '127.0.0.1', { maxRetriesPerRequest: 0, retryStrategy: () => null });
      nobody.on('error', () => {});
      const refused = await nobody.get('a').catch(told);
      const strict = new Redis(url, { enableOfflineQueue: false });
      strict.on('error', () => {});
      await once(strict, 'ready');
      const late = await strict.get('a');
      strict.disconnect();
      await once(strict, 'end');
      const over = await strict.get('a').catch(told);
      const lazy = new Redis(url, { lazyConnect: true });
      const states = [lazy.status];
      await lazy.connect();
      states.push(lazy.status, await lazy.connect().catch(told));
      await lazy.quit();
      await once(lazy, 'end').catch(() => {});
      states.push(lazy.status);
      const timed = new Redis(url, { commandTimeout: 50 });
      const slow = await timed.blpop('never', 5).catch(told);
      timed.disconnect();
      return { refused, late, over, states, slow };
    },
  };
  for (const name of names) console.log(`${name}: ${JSON.stringify(await steps[name]())}`);
  await redis.quit();
};
