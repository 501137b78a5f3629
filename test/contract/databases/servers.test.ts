import { setImmediate as tick } from 'node:timers/promises';
import { Redis } from 'ioredis';
import mysql from 'mysql2/promise';
import { afterEach, expect, it } from 'vitest';
import type { DatabaseServer } from '../../support/database-server.ts';
import { startMariadb } from '../../support/mariadb.ts';
import { pg } from '../../support/pg.ts';
import { startPostgres } from '../../support/postgres.ts';
import { startRedis } from '../../support/redis-server.ts';
import { describeWithServers } from '../../support/servers.ts';

const started: DatabaseServer[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function keep(server: Promise<DatabaseServer>): Promise<DatabaseServer> {
  started.push(await server);
  return server;
}

interface Client {
  write(): Promise<unknown>;
  read(): Promise<number>;
  close(): unknown;
}

async function postgresClient(url: string): Promise<Client> {
  const client = new pg.Client(url);
  client.on('error', () => {});
  await client.connect();
  await client.query('create table if not exists written (n int)');
  return {
    write: () => client.query('insert into written values (1)'),
    read: async () => Number((await client.query('select count(*) as n from written')).rows[0].n),
    close: () => client.end(),
  };
}

async function mariadbClient(url: string): Promise<Client> {
  const client = await mysql.createConnection(url);
  client.on('error', () => {});
  await client.query('create table if not exists written (n int) engine=innodb');
  return {
    write: () => client.query('insert into written values (1)'),
    read: async () => {
      const [rows] = await client.query<mysql.RowDataPacket[]>('select count(*) as n from written');
      return Number(rows[0]?.n);
    },
    close: () => client.destroy(),
  };
}

async function redisClient(url: string): Promise<Client> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: null });
  client.on('error', () => {});
  await client.connect();
  return {
    write: () => client.incr('written'),
    read: async () => Number(await client.get('written')),
    close: () => client.disconnect(),
  };
}

const SERVERS = [
  ['postgres', startPostgres, postgresClient],
  ['mariadb', startMariadb, mariadbClient],
  ['redis', startRedis, redisClient],
] as const;

for (const [name, start, connect] of SERVERS) {
  describeWithServers([name], `A real ${name} for tests`, () => {
    it('keeps its data and its port when it is killed and started again', async () => {
      const server = await keep(start());
      const before = await connect(server.url);
      await before.write();
      const { port } = server;
      await server.kill();
      await expect(before.read()).rejects.toThrow();
      await server.restart();
      const after = await connect(server.url);
      await after.write();
      expect([await after.read(), server.port]).toEqual([2, port]);
      await after.close();
    });

    it('answers nothing while it is paused, and what was asked once it goes on', async () => {
      const server = await keep(start());
      const client = await connect(server.url);
      await server.pause();
      let answered = false;
      const asked = client.write().then(() => {
        answered = true;
      });
      // As long as a server that runs needs to answer another.
      const other = await keep(startRedis());
      const witness = await redisClient(other.url);
      for (let n = 0; n < 50; n += 1) await witness.write();
      await tick();
      expect(answered).toBe(false);
      server.resume();
      await asked;
      expect(await client.read()).toBe(1);
      await Promise.all([client.close(), witness.close()]);
    });

    it('can be stopped while it is paused, and again, and then nothing listens', async () => {
      const server = await keep(start());
      const client = await connect(server.url);
      await server.pause();
      await server.stop();
      await server.stop();
      await expect(connect(server.url)).rejects.toThrow(/ECONNREFUSED|is closed/);
      await client.close();
    });

    it('says in the error what the server said when it does not start', async () => {
      await expect(start({ settings: { 'no-such-setting': '1' } })).rejects.toThrow(/no.such.setting/);
    });
  });
}
