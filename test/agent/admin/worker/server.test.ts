import { once } from 'node:events';
import { get, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { type Answer, text } from '../../../../packages/agent/src/admin/worker/answer.ts';
import { adminServer, CLIENT_LIMITS, type ClientLimits } from '../../../../packages/agent/src/admin/worker/server.ts';
import { exchange, RawConnection, statusesIn } from '../../../e2e/raw-connection.ts';
import { SETTINGS } from '../fakes.ts';

const HUGE = 'x'.repeat(64 * 1_024 * 1_024);
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

async function serve(
  limits: Partial<ClientLimits> = {},
): Promise<{ port: number; seen: string[]; release: () => void; connections: () => Promise<number> }> {
  const seen: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const endpoint = (name: string, answer: () => Answer | Promise<Answer>) => {
    return [
      name,
      () => {
        seen.push(name);
        return answer();
      },
    ] as const;
  };
  const server = adminServer(
    {
      settings: SETTINGS,
      routes: new Map([
        endpoint('/livez', () => text(200, 'alive')),
        endpoint('/huge', () => text(200, HUGE)),
        endpoint('/waits', async () => {
          await promise;
          return text(200, 'at last');
        }),
      ]),
      onError: () => {},
    },
    { ...CLIENT_LIMITS, ...limits },
  );
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connections = promisify(server.getConnections.bind(server));
  return { port: (server.address() as AddressInfo).port, seen, release: resolve, connections };
}

const LIVEZ = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n';

describe('the admin server', () => {
  it('answers HEAD with the length of what GET has, and without it', async () => {
    const { port } = await serve();
    const response = await new Promise<{ headers: Record<string, unknown>; body: string }>((resolve) => {
      request({ port, path: '/livez', method: 'HEAD' }, (answer) => {
        let body = '';
        answer.on('data', (chunk) => (body += chunk)).on('end', () => resolve({ headers: answer.headers, body }));
      }).end();
    });
    expect([response.headers['content-length'], response.body]).toEqual([String('alive\n'.length), '']);
  });

  it('keeps a connection for the next request', async () => {
    const { port } = await serve({ keepAliveMs: 200 });
    const connection = new RawConnection(port);
    connection.socket.write(`${LIVEZ}\r\n`);
    await expect.poll(() => connection.received).toContain('alive');
    connection.socket.write(`${LIVEZ}Connection: close\r\n\r\n`);
    await connection.closed;
    expect(statusesIn(connection.received)).toEqual([200, 200]);
  });

  it('refuses headers above 8 KiB', async () => {
    const { port, seen } = await serve();
    expect(statusesIn(await exchange(port, `${LIVEZ}X: ${'a'.repeat(9_000)}\r\n\r\n`))).toEqual([431]);
    expect(seen).toEqual([]);
  });

  it.each([
    ['no Host', 'GET /livez HTTP/1.1\r\n\r\n', 400],
    ['two Hosts', `${LIVEZ}Host: localhost\r\n\r\n`, 400],
    ['another Host', 'GET /livez HTTP/1.1\r\nHost: evil.example\r\n\r\n', 421],
    ['garbage', 'hello\r\n\r\n', 400],
    ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n', 405],
    ['two lengths', `${LIVEZ}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
    ['a header folded into the next', `${LIVEZ}Content-Length: 3\r\n\tx\r\n\r\n`, 400],
    ['an expectation', `${LIVEZ}Content-Length: 5\r\nExpect: 100-continue\r\n\r\n`, 413],
  ])('ends the connection over %s', async (_what, sent, status) => {
    const { port, seen } = await serve();
    expect(statusesIn(await exchange(port, sent))).toEqual([status]);
    expect(seen).toEqual([]);
  });

  it('speaks HTTP/1.0 without Host', async () => {
    const { port } = await serve();
    expect(await exchange(port, 'GET /livez HTTP/1.0\r\n\r\n')).toContain('alive');
  });

  it('switches to no other protocol', async () => {
    const { port } = await serve();
    const upgrade = 'Connection: upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAA\r\n\r\n';
    expect(statusesIn(await exchange(port, LIVEZ + upgrade))).not.toContain(101);
  });

  it('answers 413 to a body, does not read it all, and closes', async () => {
    const { port, seen } = await serve();
    const connection = new RawConnection(port);
    const { socket } = connection;
    socket.write('POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000000\r\n\r\n');
    const flood = setInterval(() => socket.write('x'.repeat(1_000)), 5);
    await connection.closed;
    clearInterval(flood);
    expect(statusesIn(connection.received)).toEqual([413]);
    expect(seen).toEqual([]);
  });

  it('lets a client that has sent its whole body read why that was refused', async () => {
    const { port } = await serve();
    const connection = new RawConnection(port);
    connection.socket.pause();
    const body = 'x'.repeat(2_000_000);
    connection.socket.write(`POST /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await sleep(500);
    connection.socket.resume();
    await connection.closed;
    expect(statusesIn(connection.received)).toEqual([413]);
  });

  it.each([
    ['sends nothing', ''],
    ['sends half a request', 'GET /livez HTTP/1.1\r\nHost: loc'],
  ])('cuts off a client that %s', async (_what, sent) => {
    const { port } = await serve({ headersMs: 200 });
    expect(statusesIn(await exchange(port, sent))).toEqual([408]);
  });

  it('cuts off a client that sends a header at a time for ever', async () => {
    const { port } = await serve({ headersMs: 300 });
    const connection = new RawConnection(port);
    connection.socket.write(LIVEZ);
    const drip = setInterval(() => connection.socket.write('X: 1\r\n'), 20);
    await connection.closed;
    clearInterval(drip);
    expect(statusesIn(connection.received)).toEqual([408]);
  });

  it('cuts off a client that does not read', async () => {
    const { port } = await serve({ idleMs: 300 });
    const connection = new RawConnection(port);
    connection.socket.pause();
    connection.socket.write(`GET /huge HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await sleep(1_500);
    connection.socket.resume();
    await connection.closed;
    expect(connection.received.length).toBeLessThan(HUGE.length);
  });

  it('cuts off a client that reads a little now and then', async () => {
    const { port, connections } = await serve({ idleMs: 60_000, answerMs: 500 });
    const response = await new Promise<IncomingMessage>((resolve) => {
      get({ port, path: '/huge', agent: false }, resolve);
    });
    response.on('error', () => {});
    const sip = setInterval(() => response.read(1_000), 10);
    await expect.poll(() => connections(), { timeout: 30_000 }).toBe(0);
    expect(response.complete).toBe(false);
    clearInterval(sip);
    response.destroy();
  });

  it('lets no connection pile up requests', async () => {
    const { port, seen, release } = await serve();
    const connection = new RawConnection(port);
    connection.socket.write('GET /waits HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(5_000));
    await connection.closed;
    release();
    expect(seen.length).toBeLessThanOrEqual(16);
    expect(connection.received).toBe('');
  });

  it('answers a few requests that were sent at once, in their order', async () => {
    const { port } = await serve();
    const last = `${LIVEZ}Connection: close\r\n\r\n`;
    expect(statusesIn(await exchange(port, `${LIVEZ}\r\n`.repeat(9) + last))).toEqual(
      Array.from({ length: 10 }, () => 200),
    );
  });

  it('has room again once those who hold connections have been cut off', async () => {
    const { port } = await serve({ connections: 8, headersMs: 500 });
    const held = Array.from({ length: 40 }, () => new RawConnection(port));
    await Promise.all(held.map(({ closed }) => closed));
    expect(held.filter(({ received }) => received.includes('408')).length).toBeLessThanOrEqual(8);
    expect(await exchange(port, `${LIVEZ}Connection: close\r\n\r\n`)).toContain('alive');
  });

  it('lets a probe in while others take every connection and send half a request, or do not read', async () => {
    const { port } = await serve({ connections: 8 });
    const flood = Array.from({ length: 60 }, () => new RawConnection(port));
    for (const { socket } of flood.slice(0, 55)) socket.write('GET /livez HTTP/1.1\r\nHo');
    const unread = flood.slice(55);
    for (const { socket } of unread) socket.pause().write('GET /huge HTTP/1.1\r\nHost: localhost\r\n\r\n');
    for (let probe = 0; probe < 12; probe += 1) {
      expect(await exchange(port, `${LIVEZ}Connection: close\r\n\r\n`)).toContain('alive');
      unread.push(new RawConnection(port));
      unread.at(-1)?.socket.pause().write('GET /huge HTTP/1.1\r\nHost: localhost\r\n\r\n');
    }
    for (const { socket } of [...flood, ...unread]) socket.destroy();
  });

  it('gives the place of a connection that is only kept to one that wants something', async () => {
    const { port } = await serve({ connections: 2, keepAliveMs: 60_000 });
    const kept = [new RawConnection(port), new RawConnection(port)];
    for (const { socket } of kept) socket.write(`${LIVEZ}\r\n`);
    await expect.poll(() => kept.every(({ received }) => received.includes('alive'))).toBe(true);
    await expect.poll(() => exchange(port, `${LIVEZ}Connection: close\r\n\r\n`)).toContain('alive');
  });
});
