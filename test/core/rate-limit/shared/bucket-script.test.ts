import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  type BucketRequest,
  FILL,
  type StoreAnswer,
  scriptArguments,
  storeAnswer,
} from '../../../../packages/core/src/rate-limit/shared/bucket-request.ts';
import { BUCKET_SCRIPT } from '../../../../packages/core/src/rate-limit/shared/bucket-script.ts';
import { seededRandom } from '../../../../packages/core/src/simulate/random.ts';
import { StoreModel } from '../../../../packages/core/src/simulate/shared/store-model.ts';
import type { DatabaseServer } from '../../../support/database-server.ts';
import { startRedis } from '../../../support/redis-server.ts';
import { describeWithServers } from '../../../support/servers.ts';

const KEY = 'cb:{search:user:123}';
const BASE: BucketRequest = {
  storeKey: KEY,
  capacity: 10,
  tokensPerUs: 1e-9,
  need: 1,
  charge: 1,
  extra: 0,
  leaseUs: 0,
  report: undefined,
  hint: undefined,
};

describeWithServers(['redis'], 'the script for shared limits', () => {
  let server: DatabaseServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.port);
  });
  beforeEach(async () => {
    await redis.flushall();
  });
  afterAll(async () => {
    redis?.disconnect();
    await server?.stop();
  });

  const words = (requests: readonly BucketRequest[], count: number): [string, number, ...string[]] => [
    BUCKET_SCRIPT.source,
    requests.length,
    ...requests.map(({ storeKey }) => storeKey),
    ...scriptArguments(requests, count),
  ];
  const ask = async (request: Partial<BucketRequest>, count = 1): Promise<StoreAnswer> =>
    storeAnswer(await redis.eval(...words([{ ...BASE, ...request }], count)), 1);

  it('grants what is there and says how long the rest takes', async () => {
    const answer = await ask({}, 64);
    expect(answer.passed).toBe(10);
    expect(answer.buckets[0]?.free).toBeCloseTo(0);
    expect(answer.buckets[0]?.waitUs).toBeGreaterThan(0.99e9);
    expect((await ask({})).passed).toBe(0);
  });

  it('takes of all buckets or of none', async () => {
    const other = { ...BASE, storeKey: 'cb:{search:user:123}2', capacity: 3 };
    const both = async (): Promise<number> => Number(((await redis.eval(...words([BASE, other], 1))) as unknown[])[0]);
    expect([await both(), await both(), await both(), await both()]).toEqual([1, 1, 1, 0]);
    expect((await ask({ need: 0, charge: 0 })).buckets[0]?.free).toBeCloseTo(7);
  });

  it('keeps free and leased tokens together below the capacity', async () => {
    const { buckets, atUs } = await ask({ capacity: 100, tokensPerUs: 1, extra: 20, leaseUs: 1e6 });
    expect(buckets[0]).toMatchObject({ extra: 20, leased: 21, leaseUs: 1e6 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    // Long full, if it were not for the leases.
    expect((await ask({ capacity: 100, tokensPerUs: 1, charge: 0 })).buckets[0]).toMatchObject({
      free: 79,
      leased: 21,
    });
    const report = { endUs: atUs + 1e6, sentUs: atUs, spent: 11, back: 10 };
    await ask({ capacity: 100, tokensPerUs: 1e-9, need: 0, charge: 0, report });
    expect((await ask({ capacity: 100, charge: 0 })).buckets[0]?.leased).toBe(0);
    expect((await ask({ capacity: 100, charge: 0 })).buckets[0]?.free).toBeCloseTo(89);
  });

  it('counts a report once, however often it arrives', async () => {
    const { atUs } = await ask({ capacity: 100, extra: 24, leaseUs: 16e6 });
    const report = { endUs: atUs + 16e6, sentUs: atUs, spent: 5, back: 5 };
    const answers = [];
    for (let times = 0; times < 3; times += 1) answers.push(await ask({ capacity: 100, charge: 0, report }));
    expect(answers.map(({ buckets }) => buckets[0]?.leased)).toEqual([15, 15, 15]);
  });

  it('counts a settlement once, and not past its deadline', async () => {
    const { atUs } = await ask({}, 8);
    const settlement = { number: 7, deadlineUs: atUs + 16e6 };
    const settle = async (number: number, deadlineUs = settlement.deadlineUs): Promise<number | undefined> => {
      const answer = await ask({ need: 0, charge: -2, settlement: { number, deadlineUs } });
      return Math.round(answer.buckets[0]?.free ?? Number.NaN);
    };
    expect([await settle(7), await settle(7), await settle(8), await settle(7), await settle(8)]).toEqual([
      4, 4, 6, 6, 6,
    ]);
    expect(await settle(9, atUs)).toBe(6);
  });

  it('remembers the settlements of a bucket that is full', async () => {
    await ask({ tokensPerUs: 1e-3 }, 2);
    const { atUs } = await ask({ tokensPerUs: 1e-3, charge: 0 });
    const settlement = { number: 7, deadlineUs: atUs + 1e6 };
    expect((await ask({ tokensPerUs: 1e-3, need: 0, charge: -2, settlement })).passed).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect((await ask({ tokensPerUs: 1e-3, need: 0, charge: -2, settlement })).passed).toBe(0);
  });

  it('forgets the tokens of a lease at its end, and refills from then on only', async () => {
    await ask({ capacity: 10, tokensPerUs: 1e-6, leaseUs: 30_000 }, 9);
    const first = await ask({ capacity: 10, charge: 0 });
    expect(first.buckets[0]?.leased).toBe(7);
    await new Promise((resolve) => setTimeout(resolve, 40));
    const { buckets } = await ask({ capacity: 10, tokensPerUs: 1e-6, charge: 0 });
    expect(buckets[0]?.leased).toBe(0);
    expect(buckets[0]?.free).toBeLessThan(3 + 1);
  });

  it('starts a bucket that the store has lost from what the asking process knows of it', async () => {
    const hint = { free: 2.5, leased: 4, leasedUs: 1e6 };
    expect((await ask({ hint }, 9)).passed).toBe(2);
    expect((await ask({ hint }, 9)).passed).toBe(0);
    expect((await ask({ charge: 0 })).buckets[0]?.leased).toBe(4);
  });

  it('needs one key and 120 bytes at most, leases included', async () => {
    const { atUs } = await ask({ capacity: 1000, extra: 50, leaseUs: 10e6 });
    await ask({ need: 0, charge: -1, settlement: { number: 7, deadlineUs: atUs + 16e6 } });
    expect(await redis.dbsize()).toBe(1);
    expect(await redis.strlen(KEY)).toBe(44);
    expect(await redis.memory('USAGE', KEY)).toBeLessThanOrEqual(120);
  });

  it('leaves no key behind once a bucket is full', async () => {
    await ask({ tokensPerUs: 1e-4 });
    await ask({ storeKey: 'cb:{b}', tokensPerUs: 1e-4, leaseUs: 20_000, extra: 2 });
    await expect.poll(() => redis.dbsize(), { timeout: 10_000 }).toBe(0);
  });

  it('refuses a bucket of a version that it does not know, without touching it', async () => {
    await redis.set(KEY, Buffer.from([9, ...new Uint8Array(30)]));
    await expect(ask({})).rejects.toThrow(/unknown version 9 of the bucket cb:\{search/);
  });

  it('does what its model does, whatever is asked', async () => {
    const random = seededRandom(20_261_124);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    const model = new StoreModel();
    const keys = ['cb:{m}a', 'cb:{m}b', 'cb:{m}c'];
    const reports: { storeKey: string; endUs: number; sentUs: number }[] = [];
    for (let step = 0; step < 1_500; step += 1) {
      if (random() < 0.3) await new Promise((resolve) => setTimeout(resolve, random() * 6));
      const chosen = random() < 0.8 ? [pick(keys)] : keys.slice(0, 2);
      const leaseUs = random() < 0.6 ? pick([4_000, 20_000, 20_000, 50_000]) : 0;
      const count = random() < 0.02 ? FILL : pick([0, 1, 1, 2, 9]);
      const requests = chosen.map((storeKey): BucketRequest => {
        const capacity = pick([10, 10, 10, 12.5, 400]);
        const number = random() < 0.3 && count !== FILL ? pick([1, 2, 3]) : undefined;
        const known = reports.findLast((each) => each.storeKey === storeKey && random() < 0.7);
        return {
          storeKey,
          capacity,
          tokensPerUs: capacity / pick([30_000, 30_000, 200_000]),
          need: leaseUs > 0 ? pick([1, 1, 3]) : pick([0, 0.5, 1, 7]),
          charge: leaseUs > 0 ? pick([1, 1, 3]) : pick([-2, 0, 0.5, 1, 1, 14]),
          extra: pick([0, 4, 30]),
          leaseUs,
          report:
            known === undefined || number !== undefined || random() < 0.4
              ? undefined
              : { ...known, spent: pick([0, 1, 5]), back: pick([0, 0, 2]) },
          settlement: number === undefined ? undefined : { number, deadlineUs: pick([1, Number.MAX_SAFE_INTEGER]) },
          hint:
            random() < 0.8 ? undefined : { free: pick([-3, 0, 5.5]), leased: pick([0, 3]), leasedUs: pick([0, 9_000]) },
        };
      });
      const results = await redis
        .multi()
        .exists(chosen[0] as string)
        .exists(chosen.at(-1) as string)
        .eval(...words(requests, count))
        .exec();
      const answer = storeAnswer(results?.[2]?.[1], requests.length);
      for (const [at, storeKey] of chosen.entries()) {
        const kept = model.buckets.get(storeKey);
        const exists = results?.[at]?.[1] === 1;
        // A key goes in whole milliseconds, so the last few decide for themselves.
        if (exists) expect(kept?.expiresUs).toBeGreaterThan(answer.atUs - 2_000);
        else expect(kept?.expiresUs ?? 0).toBeLessThan(answer.atUs + 2_000);
        if (exists && kept !== undefined) kept.expiresUs = Math.max(kept.expiresUs, answer.atUs + 1);
        else model.buckets.delete(storeKey);
      }
      const expected = model.run(requests, count, answer.atUs);
      expect(answer.passed, `step ${step}`).toBe(expected.passed);
      for (const [at, bucket] of answer.buckets.entries()) {
        expect(bucket.free, `free at step ${step}`).toBeCloseTo(expected.buckets[at]?.free as number, 6);
        expect({ ...bucket, free: 0, waitUs: 0 }, `step ${step}`).toEqual({
          ...expected.buckets[at],
          free: 0,
          waitUs: 0,
        });
        expect(Math.abs(bucket.waitUs - (expected.buckets[at]?.waitUs as number))).toBeLessThan(2);
        const { leaseUs: left } = bucket;
        if (left > 0) reports.push({ storeKey: chosen[at] as string, endUs: answer.atUs + left, sentUs: answer.atUs });
      }
      if (reports.length > 12) reports.shift();
    }
  });
});
