import { once } from 'node:events';
import { createConnection } from 'node:net';
import { createClient, type RedisClientOptions, type RedisClientType } from 'redis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { DatabaseServer } from '../../support/database-server.ts';
import { startRedis } from '../../support/redis-server.ts';
import { describeWithServers } from '../../support/servers.ts';
import { failureOf, NO_RETRY, NOT_EXECUTED, OWN_DOING, PERMANENT, ROLLED_BACK, UNKNOWN } from './meanings.ts';

const NOWHERE = 'redis://127.0.0.1:1';

describeWithServers(['redis'], 'Errors of the driver node-redis itself', () => {
  let server: DatabaseServer;
  const clients: RedisClientType[] = [];
  beforeAll(async () => {
    server = await startRedis();
  });
  afterEach(() => {
    server.resume();
    for (const client of clients.splice(0)) if (client.isOpen) client.destroy();
  });
  afterAll(() => server?.stop());

  const newClient = (options: RedisClientOptions = {}): RedisClientType => {
    const client = createClient({ url: server.url, ...options }) as RedisClientType;
    client.on('error', () => {});
    clients.push(client);
    return client;
  };
  const connected = (options?: RedisClientOptions): Promise<RedisClientType> => newClient(options).connect();

  it('a port where nothing listens: never connected', async () => {
    const failure = await failureOf(connected({ url: NOWHERE, socket: { reconnectStrategy: false } }));
    expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'never connected: ECONNREFUSED' });
  });

  // Other systems refuse a connection for which there is no room.
  it.runIf(process.platform === 'linux')('a server that takes no connection in time: never connected', async () => {
    const full = await startRedis({ settings: { 'tcp-backlog': '1' } });
    await full.pause();
    const fillers = await Promise.all(
      Array.from({ length: 2 }, async () => {
        const socket = createConnection(full.port, '127.0.0.1');
        await once(socket, 'connect');
        return socket;
      }),
    );
    const failure = await failureOf(
      connected({ url: full.url, socket: { connectTimeout: 100, reconnectStrategy: false } }),
    );
    for (const socket of fillers) socket.destroy();
    await full.stop();
    expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'never connected: ConnectionTimeoutError' });
  });

  it('a strategy that gives up with an error of its own: never connected, and nobody tries again', async () => {
    const failure = await failureOf(
      connected({ url: NOWHERE, socket: { reconnectStrategy: () => new Error('enough') } }),
    );
    const rule = 'gave up connecting: ReconnectStrategyError';
    expect(failure).toMatchObject({ ...NOT_EXECUTED, ...NO_RETRY, rule });
  });

  it('a command that waited for a connection was never sent', async () => {
    const client = newClient({ url: NOWHERE, socket: { reconnectStrategy: (retries) => (retries > 1 ? false : 1) } });
    client.connect().catch(() => {});
    const failure = await failureOf(client.incr('n'));
    expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'never connected: ECONNREFUSED' });
  });

  it('without a queue, a command while the connection is lost was never sent', async () => {
    const client = newClient({ url: NOWHERE, disableOfflineQueue: true });
    client.connect().catch(() => {});
    const failure = await failureOf(client.incr('n'));
    expect(failure).toMatchObject({ ...NOT_EXECUTED, rule: 'never connected: ClientOfflineError' });
  });

  it('a command whose server died leaves the outcome unknown', async () => {
    const client = await connected({ socket: { reconnectStrategy: false } });
    await server.pause();
    const failure = failureOf(client.incr('n'));
    await server.kill();
    await server.restart();
    expect(await failure).toMatchObject(UNKNOWN);
  });

  it('a socket without an answer in time leaves the outcome unknown', async () => {
    const client = await connected({ socket: { socketTimeout: 50, reconnectStrategy: false } });
    await server.pause();
    const failure = await failureOf(client.incr('n'));
    expect(failure).toMatchObject({ ...UNKNOWN, rule: 'connection lost: SocketTimeoutError' });
  });

  it('a command that waited too long to be sent may have been sent once: the outcome is unknown', async () => {
    const client = newClient({ url: NOWHERE, commandOptions: { timeout: 1 } });
    client.connect().catch(() => {});
    const failure = await failureOf(client.incr('n'));
    expect(failure).toMatchObject({ ...UNKNOWN, rule: 'a timeout of the callee: TimeoutError' });
  });

  it('a client that is not open is a mistake of the application', async () => {
    const rule = 'client closed: ClientClosedError';
    const failure = await failureOf(newClient().incr('n'));
    expect(failure).toMatchObject({ ...PERMANENT, ...OWN_DOING, notExecuted: true, rule });
  });

  it('a client that is closed while it waits for an answer leaves the outcome unknown, and nobody tries again', async () => {
    const client = await connected();
    await server.pause();
    const failure = failureOf(client.incr('n'));
    client.destroy();
    const rule = 'client closed: DisconnectsClientError';
    expect(await failure).toMatchObject({ ...UNKNOWN, ...NO_RETRY, ...OWN_DOING, rule });
  });

  it('a full queue is overload of our own', async () => {
    const client = newClient({ url: NOWHERE, commandsQueueMaxLength: 1 });
    client.connect().catch(() => {});
    client.incr('n').catch(() => {});
    const failure = await failureOf(client.incr('n'));
    expect(failure).toMatchObject({ ...NOT_EXECUTED, ...OWN_DOING, rule: 'queue full: The queue is full' });
  });

  it('a transaction some commands of which fail is permanent: the others were executed', async () => {
    const client = await connected();
    const failure = await failureOf(client.multi().set('text', 'x').incr('text').exec());
    expect(failure).toMatchObject({ ...PERMANENT, notExecuted: false, rule: 'refused by the server: MultiErrorReply' });
    expect(await client.get('text')).toBe('x');
  });

  it('a transaction whose watched keys changed was not executed, and is to be done again as a whole', async () => {
    const [client, other] = await Promise.all([connected(), connected()]);
    await client.watch('n');
    await other.incr('n');
    const failure = await failureOf(client.multi().incr('n').exec());
    expect(failure).toMatchObject({ ...ROLLED_BACK, rule: 'watched keys changed: WatchError' });
  });

  it('a command that its caller gave up is cancelled', async () => {
    const client = await connected();
    const failure = await failureOf(client.withAbortSignal(AbortSignal.abort()).incr('n'));
    expect(failure).toMatchObject({ class: 'cancelled', retryable: false, breaker: 'ignored' });
  });
});
