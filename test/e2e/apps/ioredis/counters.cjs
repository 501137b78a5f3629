const { once } = require('node:events');

/** What people do with ioredis, in all its ways. Step by step; each prints what came of it. */
module.exports = async function run(Redis, names, url) {
  const redis = new Redis(url, { retryStrategy: () => 20 });
  redis.on('error', () => {});
  const steps = {
    async values() {
      await redis.flushdb();
      await redis.set('name', 'ann', 'EX', 100);
      await redis.mset(
        new Map([
          ['a', '1'],
          ['b', '2'],
        ]),
      );
      await redis.hset('user:1', { name: 'ann', age: 30 });
      return [
        await redis.get('name'),
        await redis.getBuffer('a'),
        await redis.mget('a', 'b', 'none'),
        await redis.hgetall('user:1'),
        await redis.ttl('name'),
        await redis.exists('a', 'b', 'none'),
        await redis.incrby('a', 41),
        await redis.set('a', '0', 'NX'),
        await redis.call('OBJECT', 'ENCODING', 'a'),
      ];
    },
    async mistakes() {
      const told = [];
      for (const wrong of [() => redis.lpush('name', 'x'), () => redis.call('NOPE', 'x'), () => redis.set('only')]) {
        await wrong().then(
          () => told.push('ok'),
          (error) => told.push([error.name, error.message.slice(0, 30), error.command?.name]),
        );
      }
      return told;
    },
    callbacks() {
      return new Promise((resolve) => {
        redis.set('cb', '1', (error, reply) => {
          redis.get('cb', (wrong, value) => {
            redis.lpush('cb', 'x', (failed) => resolve([error, reply, wrong, value, failed.name]));
          });
        });
      });
    },
    /** Nobody waits in between. */
    async unawaited() {
      redis.del('q');
      for (let n = 0; n < 20; n += 1) redis.rpush('q', n);
      const piped = redis.pipeline().rpush('q', 'p1').rpush('q', 'p2').exec();
      redis.rpush('q', 'after');
      const multi = redis.multi().rpush('q', 'm').lrange('q', -3, -1).exec();
      redis.rpush('q', 'last');
      return [await piped, await multi, await redis.lrange('q', 0, -1)];
    },
    async pipelines() {
      const results = await redis
        .pipeline([
          ['set', 'p', '1'],
          ['lpush', 'p', 'x'],
        ])
        .incr('p')
        .hgetall('user:1')
        .exec((error, all) => console.log('pipeline called back', error, all.length));
      return results.map(([error, value]) => error?.name ?? value);
    },
    async transactions() {
      const done = await redis.multi().set('t', '1').incr('t').get('t').exec();
      const failed = await redis
        .multi()
        .set('t')
        .exec()
        .catch((error) => [error.name, error.previousErrors.length]);
      await redis.multi({ pipeline: false });
      const queued = await redis.incr('t');
      const byHand = await redis.exec();
      await redis.watch('t');
      await redis.incr('t');
      const changed = await redis.multi().set('t', 'never').exec();
      return [done, failed, queued, byHand, changed, await redis.get('t')];
    },
    async scripts() {
      redis.defineCommand('addAll', {
        numberOfKeys: 2,
        lua: 'return redis.call("incrby", KEYS[1], ARGV[1]) + redis.call("incrby", KEYS[2], ARGV[1])',
      });
      await redis.del('x', 'y');
      const sums = [await redis.addAll('x', 'y', 5), await redis.addAll('x', 'y', 1)];
      await redis.script('FLUSH');
      sums.push(await redis.addAll('x', 'y', 1));
      const [[, piped]] = await redis.pipeline().addAll('x', 'y', 1).exec();
      return [sums, piped, await redis.eval('return {KEYS[1], ARGV[1]}', 1, 'k', 'v')];
    },
    async waiting() {
      const waiter = redis.duplicate();
      const popped = waiter.blpop('jobs', 0);
      await redis.lpush('jobs', 'first');
      const got = await popped;
      const nothing = await waiter.brpop('jobs', 0.02);
      waiter.disconnect();
      return [got, nothing];
    },
    async news() {
      const listener = new Redis(url);
      await listener.subscribe('news', 'weather');
      await listener.psubscribe('sport.*');
      const heard = [];
      listener.on('message', (channel, text) => heard.push([channel, text]));
      listener.on('pmessage', (_, channel, text) => heard.push([channel, text]));
      const reached = [await redis.publish('news', 'hello'), await redis.publish('sport.golf', 'ball')];
      const refused = await listener.get('a').catch((error) => error.message);
      await redis.publish('weather', 'rain');
      await listener.unsubscribe('news');
      listener.disconnect();
      return [reached, heard, refused];
    },
    async streams() {
      await redis.del('log');
      await redis.xadd('log', '1-1', 'kind', 'a');
      await redis.xadd('log', '1-2', 'kind', 'b');
      await redis.xgroup('CREATE', 'log', 'readers', '0');
      const entries = await redis.xreadgroup('GROUP', 'readers', 'me', 'COUNT', 5, 'STREAMS', 'log', '>');
      const blocked = await redis.xread('BLOCK', 20, 'STREAMS', 'log', '$');
      const found = [];
      for await (const keys of redis.scanStream({ match: 'user:*', count: 1000 })) found.push(...keys);
      return [entries, blocked, await redis.xack('log', 'readers', '1-1'), found];
    },
    async options() {
      const other = new Redis(url, { db: 3, keyPrefix: 'app:', connectionName: 'second', lazyConnect: true });
      const early = Promise.all([other.set('k', 'v'), other.get('k')]);
      await once(other, 'ready');
      const list = await other.client('INFO');
      const raw = new Redis(url, { db: 3 });
      const seen = [await early, /db=3/.test(list), /name=second/.test(list), await raw.keys('*')];
      await Promise.all([other.quit(), raw.quit()]);
      const closed = await other.get('k').catch((error) => error.message);
      const auto = new Redis(url, { enableAutoPipelining: true });
      const all = await Promise.all(['a', 'b', 'name'].map((key) => auto.get(key)));
      auto.disconnect();
      return [seen, closed, all];
    },
    async selected() {
      const own = redis.duplicate();
      await own.set('where', 'zero');
      await own.select(5);
      const empty = await own.get('where');
      own.set('where', 'five');
      own.select(0);
      const zero = await own.get('where');
      await own.select(5);
      const five = await own.getdel('where');
      await own.quit();
      return [empty, zero, five, own.status];
    },
    async monitored() {
      const monitor = await redis.monitor();
      const seen = once(monitor, 'monitor');
      await redis.get('seen by the monitor');
      const [, args] = await seen;
      monitor.disconnect();
      return args;
    },
    /** The connection breaks with an answer on its way. */
    async lost() {
      await redis.set('hits', '0');
      const told = await redis.incr('hits').then(
        () => 'ok',
        (error) => error.message,
      );
      return [told, await redis.get('hits')];
    },
  };
  for (const name of names) console.log(`${name}: ${JSON.stringify(await steps[name]())}`);
  await redis.quit();
};
