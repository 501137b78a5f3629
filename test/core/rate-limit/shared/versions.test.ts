import { SharedRateLimiter, type SharedStoreClient } from '@crossbridge/core';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { BUCKET_SCRIPT } from '../../../../packages/core/src/rate-limit/shared/bucket-script.ts';
import type { DatabaseServer } from '../../../support/database-server.ts';
import { startRedis } from '../../../support/redis-server.ts';
import { describeWithServers } from '../../../support/servers.ts';

/** The script as another release might have it: other words for the same. */
const OTHER_SOURCE = `-- another release\n${BUCKET_SCRIPT.source.replaceAll('leftBefore', 'leftEarlier').replaceAll('free', 'unused')}`;

describeWithServers(['redis'], 'two versions of the software on one store', () => {
  let server: DatabaseServer;
  let redis: Redis;
  let otherSha: string;
  const open: SharedRateLimiter[] = [];
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.port);
  });
  beforeEach(async () => {
    await redis.flushall();
    otherSha = String(await redis.script('LOAD', OTHER_SOURCE));
  });
  afterAll(async () => {
    for (const limiter of open) await limiter.close();
    redis?.disconnect();
    await server?.stop();
  });

  const client = (script: (words: readonly string[]) => readonly string[]): SharedStoreClient => ({
    send: (commands) =>
      commands.map(({ words }) => {
        const [command = '', ...rest] = script(words);
        return redis.call(command, ...rest);
      }),
  });
  const ours = client((words) => words);
  const other = client(([, , ...rest]) => ['EVALSHA', otherSha, ...rest]);
  const limiter = (store: SharedStoreClient): SharedRateLimiter => {
    const shared = new SharedRateLimiter({ client: store, onStoreError: 'deny', budgetMs: 5_000 });
    open.push(shared);
    return shared;
  };
  const yes = async (checks: readonly (boolean | Promise<boolean>)[]): Promise<number> =>
    (await Promise.all(checks)).filter(Boolean).length;

  it('differ in their scripts', () => {
    expect(otherSha).not.toBe(BUCKET_SCRIPT.sha);
  });

  it.each([
    ['some tokens at a time', { capacity: 100, windowSeconds: 1e6 }],
    ['leases', { capacity: 10_000, windowSeconds: 500 }],
  ])('admit the capacity together: %s', async (_, rate) => {
    const [old, recent] = [limiter(other).limit('both', rate), limiter(ours).limit('both', rate)];
    let admitted = 0;
    const startedMs = performance.now();
    for (let round = 0; admitted < rate.capacity && round < 3_000; round += 1) {
      const limit = round % 2 === 0 ? old : recent;
      admitted += await yes(Array.from({ length: 64 }, () => limit.check('u')));
      if (round % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const refilled = ((performance.now() - startedMs) / 1000 / rate.windowSeconds) * rate.capacity;
    expect(admitted).toBeLessThanOrEqual(rate.capacity + refilled + 1);
    expect(admitted).toBeGreaterThanOrEqual(rate.capacity);
  });

  it('read what the other has reserved and settled', async () => {
    const rate = { capacity: 100, windowSeconds: 1e6 };
    const [old, recent] = [limiter(other).limit('settled', rate), limiter(ours).limit('settled', rate)];
    await (await old.reserve('u', 80)).settle(30);
    expect((await recent.peek('u')).remaining).toBeCloseTo(70, 1);
    await (await recent.reserve('u', 60)).settle(10);
    expect((await old.peek('u')).remaining).toBeCloseTo(60, 1);
  });

  it('leave a bucket alone whose format they do not know, and only that', async () => {
    const rate = { capacity: 10, windowSeconds: 1e6 };
    const shared = limiter(ours);
    const limit = shared.limit('format', rate);
    await redis.set('cb:{format:new}', Buffer.from([2, ...new Uint8Array(40)]));
    for (let times = 0; times < 5; times += 1) expect(await limit.check('new')).toBe(false);
    expect(await limit.check('known')).toBe(true);
    expect(shared.storeState).toBe('up');
    expect((await redis.getBuffer('cb:{format:new}'))?.length).toBe(41);
  });

  it('asks only for commands and structures that Redis 6.2 and Valkey have', () => {
    const commands = [...BUCKET_SCRIPT.source.matchAll(/redis\.call\('(\w+)'/g)].map(([, command]) => command);
    // All of them, PX of SET included, are older than 6.2; TIME before a write needs the effects of scripts to be replicated, as since 5.
    expect(new Set(commands)).toEqual(new Set(['TIME', 'GET', 'SET', 'PTTL']));
    expect(BUCKET_SCRIPT.source).not.toMatch(
      /redis\.(?!call\b|error_reply\b)|server\.|KEEPTTL|EXAT|\bbit\.|cjson|os\./,
    );
  });
});
