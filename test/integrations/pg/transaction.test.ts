import { attemptsOf } from '@crossbridge/core';
import { CommitOutcomeUnknown } from '@crossbridge/integrations/pg';
import type { PoolClient } from 'pg';
import { expect, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';
import { describeWithServers } from '../../support/servers.ts';
import { pgBench, RETRIES } from './bench.ts';

const DEPOSIT = 'update account set balance = balance + 100 where id = 1';

describeWithServers(['postgres'], 'A transaction on a hardened pool', () => {
  const bench = pgBench();
  const deposit = async (client: PoolClient): Promise<string> => {
    await client.query(DEPOSIT);
    return 'paid in';
  };
  const account = (): Promise<unknown> => bench.direct.query('insert into account values (1, 0), (2, 0)');
  const balance = (): Promise<unknown> => bench.value('select balance from account where id = 1');

  it('commits what its callback did and gives what it returned', async () => {
    await account();
    const pool = bench.pool({ max: 1 });
    expect(await pool.tx(deposit)).toBe('paid in');
    expect(await balance()).toBe(100);
    expect(bench.observer.story.filter((line) => line.startsWith('attempt'))).toHaveLength(2);
    expect(await pool.tx(deposit)).toBe('paid in');
    expect(await balance()).toBe(200);
  });

  it('rolls back when its callback throws, and passes on what it threw, once', async () => {
    await account();
    const pool = bench.pool({ max: 1 });
    const sorry = Object.assign(new Error('no money'), { code: 'ECONNREFUSED' });
    let runs = 0;
    const error = await rejection(
      pool.tx(async (client) => {
        runs += 1;
        await deposit(client);
        throw sorry;
      }),
    );
    expect(error).toBe(sorry);
    expect(runs).toBe(1);
    expect(await balance()).toBe(0);
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(pool.totalCount).toBe(1);
  });

  it('is a success, done once, when the reply to COMMIT is lost after it was committed', async () => {
    await account();
    bench.proxy.on('COMMIT', 'lose-reply');
    expect(await bench.pool().tx(deposit)).toBe('paid in');
    expect(await balance()).toBe(100);
  });

  it('is run again, and done once, when COMMIT itself was lost', async () => {
    await account();
    bench.proxy.on('COMMIT', 'lose-request');
    let runs = 0;
    const paid = bench.pool().tx((client) => {
      runs += 1;
      return deposit(client);
    });
    expect(await paid).toBe('paid in');
    expect(runs).toBe(2);
    expect(await balance()).toBe(100);
  });

  it('is a success when the reply to COMMIT never comes, without waiting for it for ever', async () => {
    bench.configure({ ...RETRIES, timeout: { attemptMs: 2_000 } });
    await account();
    bench.proxy.on('COMMIT', 'stall-reply');
    expect(await bench.pool().tx(deposit)).toBe('paid in');
    expect(await balance()).toBe(100);
  });

  it('is unknown to the caller when the server cannot be asked in time, and is not run again', async () => {
    bench.configure({ ...RETRIES, timeout: { attemptMs: 1_500 } });
    await account();
    const pool = bench.pool();
    let runs = 0;
    bench.proxy.on('COMMIT', 'lose-reply');
    const error = await rejection(
      pool.tx(async (client) => {
        runs += 1;
        await deposit(client);
        // No new connection comes about: the first message of each names the user.
        bench.proxy.decide((message) => (message.includes('user\0') ? 'lose-request' : undefined));
      }),
    );
    expect(error).toBeInstanceOf(CommitOutcomeUnknown);
    expect(error).toMatchObject({ transactionId: expect.stringMatching(/^\d+$/), cause: { code: 'ECONNRESET' } });
    expect(bench.bridge.explain(error)).toMatchObject({ class: 'unknown_outcome' });
    expect(runs).toBe(1);
    const { transactionId } = error as CommitOutcomeUnknown;
    expect(await bench.value(`select pg_xact_status('${transactionId}'::xid8)`)).toBe('committed');
    expect(await balance()).toBe(100);
  });

  it('waits while the server has not decided yet', async () => {
    bench.configure({ ...RETRIES, timeout: { attemptMs: 5_000 } });
    await account();
    // The server keeps the transaction open: it does not see that its client has gone.
    bench.proxy.on('COMMIT', 'stall-request');
    const paid = bench.pool().tx(deposit);
    const asked = bench.proxy.seen('pg_xact_status');
    await expect.poll(() => bench.proxy.seen('pg_xact_status') - asked, { timeout: 10_000 }).toBeGreaterThan(1);
    expect(await balance()).toBe(0);
    const idle = "select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction'";
    await bench.direct.query(idle);
    expect(await paid).toBe('paid in');
    expect(await balance()).toBe(100);
    expect(bench.observer.ofType('retry.decided')).toHaveLength(1);
  });

  it('is run again when its connection breaks before COMMIT', async () => {
    await account();
    let runs = 0;
    await bench.pool().tx(async (client) => {
      runs += 1;
      await client.query(DEPOSIT);
      if (runs === 1) bench.proxy.cut();
      await client.query(DEPOSIT);
    });
    expect(runs).toBe(2);
    expect(await balance()).toBe(200);
  });

  it('is run again when the server ends its connection before COMMIT', async () => {
    await account();
    let runs = 0;
    await bench.pool().tx(async (client) => {
      runs += 1;
      await client.query(DEPOSIT);
      if (runs > 1) return;
      await client.query('select pg_terminate_backend(pg_backend_pid())');
    });
    expect(runs).toBe(2);
    expect(await balance()).toBe(100);
  });

  it('is run again as a whole after a serialization failure, even one that COMMIT reports', async () => {
    await account();
    const pool = bench.pool();
    const read = 'select sum(balance) from account';
    let runs = 0;
    let meet: () => void = () => {};
    const met = new Promise<void>((resolve) => {
      let waiting = 0;
      meet = () => {
        waiting += 1;
        if (waiting === 2) resolve();
      };
    });
    const writeSkew = (id: number): Promise<void> =>
      pool.tx(
        async (client) => {
          runs += 1;
          const { rows } = await client.query(read);
          meet();
          await met;
          await client.query('update account set balance = $1::int + 1 where id = $2', [rows[0].sum, id]);
        },
        { isolation: 'serializable' },
      );
    await Promise.all([writeSkew(1), writeSkew(2)]);
    expect(runs).toBe(3);
    const { rows } = await bench.direct.query('select balance from account order by balance');
    expect(rows).toEqual([{ balance: 1 }, { balance: 2 }]);
  });

  it('is run once when that is asked for', async () => {
    await account();
    const fail = async (client: PoolClient): Promise<void> => {
      await client.query("do $$ begin raise exception sqlstate '40001'; end $$");
    };
    expect(attemptsOf(await rejection(bench.pool().tx(fail, { retry: false })))).toHaveLength(1);
    expect(attemptsOf(await rejection(bench.pool().tx(fail, { retry: 2 })))).toHaveLength(2);
    expect(attemptsOf(await rejection(bench.pool().tx(fail)))).toHaveLength(4);
  });

  it('does not take a failure for a success when its callback swallows it', async () => {
    await account();
    const pool = bench.pool({ max: 1 });
    const error = await rejection(
      pool.tx(async (client) => {
        await deposit(client);
        await client.query('select 1 / 0').catch(() => {});
      }),
    );
    expect(error).toMatchObject({ code: '22012' });
    expect(await balance()).toBe(0);
    await pool.tx(deposit);
    expect(await balance()).toBe(100);
  });

  it('leaves its end to itself, and its connection too', async () => {
    await account();
    const pool = bench.pool({ max: 1 });
    for (const text of ['COMMIT', ' /* now */ rollback', 'select 1; commit', 'begin']) {
      const error = await rejection(pool.tx((client) => client.query(text)));
      expect(error).toMatchObject({ code: 'invalid_argument' });
    }
    expect(await rejection(pool.tx((client) => client.release()))).toMatchObject({ code: 'invalid_argument' });
    let kept: PoolClient | undefined;
    await pool.tx(async (client) => {
      kept = client;
      await client.query('savepoint here');
      await client.query(DEPOSIT);
      await client.query('rollback to savepoint here');
      await client.query(DEPOSIT);
      await client.query('release savepoint here');
    });
    expect(await rejection(kept?.query(DEPOSIT) as Promise<unknown>)).toMatchObject({ code: 'invalid_argument' });
    expect(await balance()).toBe(100);
  });

  it('refuses another transaction inside, which would wait for itself', async () => {
    const pool = bench.pool({ max: 1 });
    const error = await rejection(pool.tx(() => pool.with({}).tx(deposit)));
    expect(error).toMatchObject({ code: 'invalid_argument' });
  });

  it('begins as it is told', async () => {
    const options = { isolation: 'serializable', readOnly: true, deferrable: true } as const;
    const shown = await bench.pool().tx(async (client) => {
      const names = ['isolation', 'read_only', 'deferrable'].map((name) => `current_setting('transaction_${name}')`);
      const { rows } = await client.query({ text: `select ${names.join(', ')}`, rowMode: 'array' });
      return rows[0];
    }, options);
    expect(shown).toEqual(['serializable', 'on', 'on']);
    expect(await rejection(bench.pool().tx(deposit, { isolation: 'chaos' as 'serializable' }))).toMatchObject({
      code: 'invalid_argument',
    });
  });

  it('that read alone is run again when the reply to COMMIT is lost: there is nothing to do twice', async () => {
    bench.proxy.on('COMMIT', 'lose-reply');
    let runs = 0;
    const work = async (client: PoolClient): Promise<unknown> => {
      runs += 1;
      return (await client.query('select 7 as seven')).rows;
    };
    expect(await bench.pool().tx(work)).toEqual([{ seven: 7 }]);
    expect(runs).toBe(2);
  });

  it('is rolled back and its statement cancelled when it is aborted', async () => {
    await account();
    const pool = bench.pool({ max: 1 });
    const abort = new AbortController();
    let inner: AbortSignal | undefined;
    const work = pool.tx(
      async (client, { signal }) => {
        inner = signal;
        await deposit(client);
        await client.query('select pg_sleep(600)');
      },
      { signal: abort.signal },
    );
    const failed = rejection(work);
    const sleepers =
      "select count(*)::int from pg_stat_activity where state = 'active' and query like 'select pg_sleep%'";
    await expect.poll(() => bench.value(sleepers)).toBe(1);
    abort.abort(new Error('enough'));
    expect(await failed).toBe(abort.signal.reason);
    expect(inner?.aborted).toBe(true);
    await expect.poll(() => bench.value(sleepers)).toBe(0);
    expect(await balance()).toBe(0);
    await pool.tx(deposit);
    expect(await balance()).toBe(100);
  });

  it('on a server that cannot be asked, is unknown when the reply to COMMIT is lost, and takes no failure for a success', async () => {
    await account();
    // As it is before PostgreSQL 13, and on others that speak its protocol.
    await bench.direct.query('alter function pg_catalog.pg_current_xact_id_if_assigned() rename to gone');
    try {
      const pool = bench.pool();
      const swallowed = pool.tx(async (client) => {
        await deposit(client);
        await client.query('select 1 / 0').catch(() => {});
      });
      expect(await rejection(swallowed)).toMatchObject({ code: '22012' });
      bench.proxy.on('COMMIT', 'lose-reply');
      const error = await rejection(pool.tx(deposit));
      expect(error).toBeInstanceOf(CommitOutcomeUnknown);
      expect(error).toMatchObject({ transactionId: undefined });
    } finally {
      await bench.direct.query('alter function pg_catalog.gone() rename to pg_current_xact_id_if_assigned');
    }
    expect(await balance()).toBe(100);
  });

  it('survives a server that is killed in its midst', async () => {
    bench.configure({
      retry: { maxAttempts: 60, baseDelayMs: 50, maxDelayMs: 200, exponentialBase: 2, jitter: 'none' },
    });
    await account();
    let runs = 0;
    await bench.pool().tx(async (client) => {
      runs += 1;
      await client.query(DEPOSIT);
      if (runs > 1) return;
      await bench.server.kill();
      void bench.server.restart();
      await client.query(DEPOSIT);
    });
    expect(runs).toBe(2);
    expect(await balance()).toBe(100);
  });
});
