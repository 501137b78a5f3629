import { Redis, type RedisOptions } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { DatabaseServer } from '../../support/database-server.ts';
import { startRedis } from '../../support/redis-server.ts';
import { describeWithServers } from '../../support/servers.ts';
import { failureOf, NO_RETRY, NOT_EXECUTED, UNKNOWN } from './meanings.ts';

const NEVER_AGAIN = { retryStrategy: null } as const;
const CLOSED = { ...UNKNOWN, rule: 'connection lost: Connection is closed.' };
const GAVE_UP = { ...UNKNOWN, ...NO_RETRY, rule: 'connection lost: MaxRetriesPerRequestError' };

describeWithServers(['redis'], 'Errors of the driver ioredis itself', () => {
  let server: DatabaseServer;
  const clients: Redis[] = [];
  beforeAll(async () => {
    server = await startRedis();
  });
  afterEach(() => {
    server.resume();
    for (const client of clients.splice(0)) client.disconnect();
  });
  afterAll(() => server?.stop());

  const newClient = (options: Omit<RedisOptions, 'replyMapping'>): Redis => {
    const client = new Redis({ host: '127.0.0.1', port: server.port, ...options });
    client.on('error', () => {});
    clients.push(client);
    return client;
  };

  it('a port where nothing listens may have been another: the command waits, and fails without saying why', async () => {
    expect(await failureOf(newClient({ port: 1, ...NEVER_AGAIN }).incr('n'))).toMatchObject(CLOSED);
  });

  it('a command that found no server in as many tries as it has is not tried again', async () => {
    const failure = await failureOf(newClient({ port: 1, maxRetriesPerRequest: 1, retryStrategy: () => 1 }).incr('n'));
    expect(failure).toMatchObject(GAVE_UP);
  });

  it('a command whose server died leaves the outcome unknown', async () => {
    const client = newClient({ maxRetriesPerRequest: 0, retryStrategy: () => 1 });
    await client.ping();
    await server.pause();
    const failure = failureOf(client.incr('n'));
    await server.kill();
    await server.restart();
    expect(await failure).toMatchObject(GAVE_UP);
  });

  it('without a queue, a command before the connection was never sent', async () => {
    const failure = await failureOf(newClient({ enableOfflineQueue: false }).incr('n'));
    const rule = "never connected: Stream isn't writeable and enableOfflineQueue options is false";
    expect(failure).toMatchObject({ ...NOT_EXECUTED, rule });
  });

  it('a command without an answer in time leaves the outcome unknown', async () => {
    const client = newClient({ commandTimeout: 1 });
    await server.pause();
    expect(await failureOf(client.incr('n'))).toMatchObject({ ...UNKNOWN, rule: 'connection lost: Command timed out' });
  });

  it('a client that is closed while it waits for an answer leaves the outcome unknown', async () => {
    const client = newClient({});
    await client.ping();
    await server.pause();
    const failure = failureOf(client.incr('n'));
    client.disconnect();
    expect(await failure).toMatchObject(CLOSED);
  });

  it('the rest of a pipeline that was half answered has an unknown outcome: nobody cancelled it', async () => {
    const client = newClient({ retryStrategy: () => 1 });
    const answered = client.pipeline().incr('n').blpop('queue', 0).exec();
    const observer = newClient({});
    while (!String(await observer.client('LIST')).includes('cmd=blpop'));
    await server.kill();
    await server.restart();
    const [first, second] = (await answered) ?? [];
    expect(first).toEqual([null, expect.any(Number)]);
    const rule = 'connection lost: AbortError';
    expect(await failureOf(Promise.reject(second?.[0]))).toMatchObject({ ...UNKNOWN, rule });
  });
});
