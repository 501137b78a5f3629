import { expect, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';
import { describeWithServers } from '../../support/servers.ts';
import { pgBench, RETRIES } from './bench.ts';

/** Fails in a way that is worth another try. */
const BUSY = "do $$ begin raise exception 'busy' using errcode = '40001'; end $$";
const retry = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 5, jitter: 'none' } as const;

describeWithServers(['postgres'], 'A hardened pool, whose operation allows four attempts', () => {
  const bench = pgBench();

  /** How often the server is asked while `run` fails. */
  const timesAsked = async (run: () => Promise<unknown>): Promise<number> => {
    const before = bench.proxy.seen('raise exception');
    expect(await rejection(run())).toMatchObject({ code: '40001' });
    return bench.proxy.seen('raise exception') - before;
  };

  it('runs a transaction once in each attempt of retryWithBackoff', async () => {
    const pool = bench.pool();
    expect(await timesAsked(() => bench.bridge.retry(() => pool.tx((client) => client.query(BUSY)), retry))).toBe(3);
    expect(await timesAsked(() => pool.tx((client) => client.query(BUSY)))).toBe(4);
  });

  it('is part of a call of the same operation, and takes no second slot', async () => {
    bench.configure({ ...RETRIES, bulkhead: { limit: 1, queue: 0 } });
    const pool = bench.pool();
    expect(await timesAsked(() => bench.bridge.run('db.query', () => pool.tx((client) => client.query(BUSY))))).toBe(4);
    const { rows } = await bench.bridge.run('db.query', () => pool.query('select 1 as one'));
    expect(rows).toEqual([{ one: 1 }]);
    const client = await bench.bridge.run('db.query', () => pool.connect());
    expect((await client.query('select 2 as two')).rows).toEqual([{ two: 2 }]);
    client.release();
    expect(bench.observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual(['error', 'success', 'success']);
  });

  it('asks once for each attempt of a call around it when connections break', async () => {
    const pool = bench.pool();
    bench.proxy.on('crossbridge', 'lose-request', 100);
    const before = bench.proxy.seen('crossbridge');
    await rejection(bench.bridge.retry(() => pool.query('select 1'), retry));
    expect(bench.proxy.seen('crossbridge') - before).toBe(3);
  });

  it('has a call of its own in a transaction of another operation', async () => {
    const pool = bench.pool({}, { operation: 'other' });
    await pool.tx(async () => {
      await bench.pool().query('select 1');
    });
    expect(bench.observer.ofType('call.ended').map(({ call }) => call.operation)).toEqual(['db.query', 'other']);
  });
});
