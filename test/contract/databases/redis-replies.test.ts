import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DatabaseServer } from '../../support/database-server.ts';
import { startRedis } from '../../support/redis-server.ts';
import { describeWithServers } from '../../support/servers.ts';
import { failureOf, NOT_EXECUTED, OWN_DOING, PERMANENT, UNKNOWN } from './meanings.ts';
import { REDIS_DRIVERS, type RedisConnection } from './redis-drivers.ts';

describeWithServers(['redis'], 'Error replies of Redis', () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startRedis({ settings: { 'enable-debug-command': 'yes', 'lua-time-limit': '1' } });
  });
  afterAll(() => server?.stop());

  describe.each(REDIS_DRIVERS)('through %s', (_, connect) => {
    let one: RedisConnection;
    let other: RedisConnection;
    beforeEach(async () => {
      [one, other] = await Promise.all([connect(server.url), connect(server.url)]);
      await one.send('SET', 'text', 'x');
    });
    afterEach(async () => {
      await other.send('FLUSHALL');
      for (const client of [one, other]) client.close();
    });

    /** Changes the server for as long as the function takes. */
    const during = async <T>(start: string[], end: string[], run: () => Promise<T>): Promise<T> => {
      await other.send(...start);
      try {
        return await run();
      } finally {
        await other.send(...end);
      }
    };

    it.each([
      ['a command for another type', ['LPUSH', 'text', '1'], 'WRONGTYPE'],
      ['a value that is no number', ['INCR', 'text'], 'ERR'],
      ['an unknown command', ['NOPE'], 'ERR'],
      ['an unknown script', ['EVALSHA', '0'.repeat(40), '0'], 'NOSCRIPT'],
      ['an error in a script', ['EVAL', "return redis.call('incr', 'text')", '0'], 'ERR'],
      ['a wrong password', ['AUTH', 'nobody', 'wrong'], 'WRONGPASS'],
    ])('%s is permanent and says that the server works', async (__, command, word) => {
      const failure = await failureOf(one.send(...command));
      expect(failure).toMatchObject({ ...PERMANENT, rule: `refused by the server: ${word}` });
    });

    it('a word that no table names is permanent too', async () => {
      const create = ['XGROUP', 'CREATE', 'stream', 'group', '$', 'MKSTREAM'];
      await one.send(...create);
      expect(await failureOf(one.send(...create))).toMatchObject({ ...PERMANENT, type: '_OTHER' });
    });

    it('a transaction with a wrong command is permanent', async () => {
      await one.send('MULTI');
      await failureOf(one.send('NOPE'));
      const failure = await failureOf(one.send('EXEC'));
      expect(failure).toMatchObject({ ...PERMANENT, rule: 'refused by the server: EXECABORT' });
    });

    it('a command that is not allowed is permanent', async () => {
      const failure = await during(['ACL', 'SETUSER', 'default', '-incr'], ['ACL', 'SETUSER', 'default', '+incr'], () =>
        failureOf(one.send('INCR', 'n')),
      );
      expect(failure).toMatchObject({ ...PERMANENT, rule: 'refused by the server: NOPERM' });
    });

    it('a missing password is permanent', async () => {
      const failure = await during(
        ['CONFIG', 'SET', 'requirepass', 'secret'],
        ['CONFIG', 'SET', 'requirepass', ''],
        async () => {
          await one.send('RESET');
          return failureOf(one.send('GET', 'text'));
        },
      );
      expect(failure).toMatchObject({ ...PERMANENT, rule: 'refused by the server: NOAUTH' });
    });

    it('a write beyond maxmemory is permanent', async () => {
      const failure = await during(['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0'], () =>
        failureOf(one.send('SET', 'text', 'y')),
      );
      expect(failure).toMatchObject({ ...PERMANENT, rule: 'out of memory: OOM' });
    });

    it('a write that too few replicas would get was not executed', async () => {
      const failure = await during(
        ['CONFIG', 'SET', 'min-replicas-to-write', '1'],
        ['CONFIG', 'SET', 'min-replicas-to-write', '0'],
        () => failureOf(one.send('SET', 'text', 'y')),
      );
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'server not ready: NOREPLICAS' });
    });

    it('a write on a replica was not executed: it is no master any more', async () => {
      const failure = await during(['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE'], () =>
        failureOf(one.send('SET', 'text', 'y')),
      );
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'server not ready: READONLY' });
    });

    it('a read on a replica that lost its master was not executed', async () => {
      await other.send('CONFIG', 'SET', 'replica-serve-stale-data', 'no');
      const failure = await during(['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE'], () =>
        failureOf(one.send('GET', 'text')),
      );
      await other.send('CONFIG', 'SET', 'replica-serve-stale-data', 'yes');
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'server not ready: MASTERDOWN' });
    });

    it('a command that waited when the server became a replica was not executed', async () => {
      const failure = failureOf(one.send('BLPOP', 'queue', '0'));
      while (!String(await other.send('CLIENT', 'LIST')).includes('cmd=blpop'));
      await during(['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE'], () => failure);
      const rule = 'wait ended by the server: UNBLOCKED';
      expect(await failure).toMatchObject({ ...NOT_EXECUTED, ...OWN_DOING, rule });
    });

    /** Repeats a read that the server refuses sooner or later. */
    const firstFailure = () =>
      failureOf(
        (async () => {
          for (;;) await other.send('GET', 'text');
        })(),
      );

    it('a command while a script does not end was not executed', async () => {
      const script = failureOf(one.send('EVAL', 'while true do end', '0'));
      const failure = await firstFailure();
      await other.send('SCRIPT', 'KILL');
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'server not ready: BUSY' });
      expect(await script).toMatchObject(PERMANENT);
    });

    it('a command while the server loads its data was not executed', async () => {
      await other.send('DEBUG', 'POPULATE', '5000', 'key', '1000');
      await other.send('CONFIG', 'SET', 'key-load-delay', '1000', 'loading-process-events-interval-bytes', '1024');
      const loaded = one.send('DEBUG', 'RELOAD');
      const failure = await firstFailure();
      await other.send('CONFIG', 'SET', 'key-load-delay', '0');
      await loaded;
      expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'server not ready: LOADING' });
    });

    it('a server that dies while a command waits leaves the outcome unknown', async () => {
      const failure = failureOf(one.send('BLPOP', 'queue', '0'));
      while (!String(await other.send('CLIENT', 'LIST')).includes('cmd=blpop'));
      await server.kill();
      await server.restart();
      other = await connect(server.url);
      expect(await failure).toMatchObject(UNKNOWN);
    });
  });
});
