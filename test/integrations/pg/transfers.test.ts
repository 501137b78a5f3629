import { CommitOutcomeUnknown } from '@crossbridge/integrations/pg';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import type { Fault } from '../../support/fault-proxy.ts';
import { describeWithServers } from '../../support/servers.ts';
import { pgBench, type TestPool } from './bench.ts';

const ACCOUNTS = 3;
const MONEY = 1000;

interface Transfer {
  readonly from: number;
  readonly to: number;
  readonly amount: number;
}

const transfers = fc.array(
  fc.record({
    from: fc.integer({ min: 1, max: ACCOUNTS }),
    to: fc.integer({ min: 1, max: ACCOUNTS }),
    amount: fc.integer({ min: 1, max: 50 }),
  }),
  { minLength: 1, maxLength: 12 },
);
const fault = fc.constantFrom<Fault | undefined>(
  undefined,
  undefined,
  undefined,
  undefined,
  'lose-reply',
  'lose-request',
);

/** How the callers of the transfers heard of their end. */
type Heard = 'done' | 'failed' | 'unknown';

describeWithServers(['postgres'], 'Money on a hardened pool', () => {
  const bench = pgBench();
  beforeAll(async () => {
    // Without a key: what happened twice is there twice.
    await bench.direct.query('create table transfer (n int, from_id int, to_id int, amount int)');
  });

  const start = async (): Promise<void> => {
    await bench.direct.query('truncate account; truncate transfer');
    await bench.direct.query(`insert into account select n, ${MONEY} from generate_series(1, ${ACCOUNTS}) as n`);
  };

  const transfer = async (pool: TestPool, { from, to, amount }: Transfer, n: number): Promise<Heard> => {
    try {
      await pool.tx(async (client) => {
        await client.query('insert into transfer values ($1, $2, $3, $4)', [n, from, to, amount]);
        await client.query('update account set balance = balance - $2 where id = $1', [from, amount]);
        await client.query('update account set balance = balance + $2 where id = $1', [to, amount]);
      });
      return 'done';
    } catch (error) {
      return error instanceof CommitOutcomeUnknown ? 'unknown' : 'failed';
    }
  };

  const assertExact = async (all: readonly Transfer[], heard: readonly Heard[]): Promise<void> => {
    const { rows: accounts } = await bench.direct.query('select id, balance from account order by id');
    const { rows: made } = await bench.direct.query('select n from transfer');
    const balances = new Map(accounts.map(({ id }) => [id as number, MONEY]));
    for (const [n, { from, to, amount }] of all.entries()) {
      const times = made.filter((row) => row.n === n).length;
      if (heard[n] === 'done') expect(times, `transfer ${n} was reported as done`).toBe(1);
      else if (heard[n] === 'failed') expect(times, `transfer ${n} was reported as failed`).toBe(0);
      else expect(times, `transfer ${n} was reported as unknown`).toBeLessThanOrEqual(1);
      balances.set(from, (balances.get(from) ?? 0) - times * amount);
      balances.set(to, (balances.get(to) ?? 0) + times * amount);
    }
    expect(accounts.map(({ balance }) => balance)).toEqual([...balances.values()]);
    expect(accounts.reduce((sum, { balance }) => sum + balance, 0)).toBe(ACCOUNTS * MONEY);
  };

  it('is neither made nor lost, whatever replies and requests are, and each transfer is as its caller heard', async () => {
    let faults = 0;
    const ends: Heard[] = [];
    await fc.assert(
      fc.asyncProperty(transfers, fc.array(fault, { minLength: 20, maxLength: 80 }), async (all, plan) => {
        await start();
        const pool = bench.pool({ max: 4 });
        let at = 0;
        bench.proxy.decide((message) => {
          if (!/COMMIT|BEGIN|update account|insert into transfer/.test(message)) return undefined;
          const planned = plan[at];
          at += 1;
          if (planned !== undefined) faults += 1;
          return planned;
        });
        const heard = await Promise.all(all.map((one, n) => transfer(pool, one, n)));
        bench.proxy.calm();
        await pool.end();
        ends.push(...heard);
        await assertExact(all, heard);
      }),
      { numRuns: 25, seed: 20_261_124, endOnFailure: true },
    );
    expect(faults).toBeGreaterThan(100);
    // The server was there all the time, so it could always be asked.
    expect(ends).not.toContain('unknown');
    expect(ends.filter((end) => end === 'done').length).toBeGreaterThan(50);
  });

  it('is neither made nor lost by a server that is killed, paused and restarted again and again', async () => {
    bench.configure({
      retry: { maxAttempts: 200, baseDelayMs: 20, maxDelayMs: 100, exponentialBase: 2, jitter: 'full' },
      timeout: { attemptMs: 3_000 },
    });
    await start();
    const pool = bench.pool({ max: 4 });
    const all = Array.from({ length: 150 }, (_, n) => ({
      from: 1 + (n % 3),
      to: 1 + ((n + 1) % 3),
      amount: 1 + (n % 7),
    }));
    const heard: Heard[] = [];
    let over = false;
    const disturb = async (): Promise<void> => {
      for (let round = 0; !over; round += 1) {
        await expect.poll(() => over || heard.length > 20 * (round + 1), { timeout: 60_000, interval: 5 }).toBe(true);
        if (over) return;
        if (round % 3 === 2) {
          await bench.server.pause();
          await new Promise((resolve) => setTimeout(resolve, 50));
          bench.server.resume();
          continue;
        }
        if (round % 3 === 0) await bench.server.kill();
        await bench.server.restart();
      }
    };
    const disturbed = disturb();
    const worker = async (first: number): Promise<void> => {
      for (let n = first; n < all.length; n += 4) {
        const end = await transfer(pool, all[n] as Transfer, n);
        heard.push(end);
        ends[n] = end;
      }
    };
    const ends: Heard[] = [];
    await Promise.all([0, 1, 2, 3].map(worker));
    over = true;
    await disturbed;
    await assertExact(all, ends);
    expect(ends.filter((end) => end === 'done').length).toBeGreaterThan(100);
    expect(
      bench.observer.ofType('retry.decided').filter(({ decision }) => decision === 'retried').length,
    ).toBeGreaterThan(0);
  });
});
