import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { chooseAdminPort, readJson, readMetrics } from '../../../demo/session/admin.ts';

const server = createServer((request, response) => {
  if (request.url === '/metrics') {
    response.writeHead(200).end(`up{accept="${request.headers.accept}"} 1\n`);
  } else if (request.url === '/json') response.writeHead(200).end('{"status":"healthy"}');
  else response.writeHead(503).end();
});

async function listen(port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

describe('chooseAdminPort', () => {
  it('gives a port that can be listened on', async () => {
    const { port } = await chooseAdminPort();
    expect(await listen(port)).toBe(`http://127.0.0.1:${port}`);
  });

  it('gives another port than the usual one while that is taken', async () => {
    const { port: first } = await chooseAdminPort();
    await listen(first);
    expect((await chooseAdminPort()).port).not.toBe(first);
  });
});

describe('readMetrics and readJson', () => {
  it('ask for Prometheus text and read it', async () => {
    const url = await listen(0);
    expect((await readMetrics(url)).sum('up', { accept: 'text/plain;version=0.0.4' })).toBe(1);
    expect(await readJson(`${url}/json`)).toEqual({ status: 'healthy' });
  });

  it('reject what is not a good answer', async () => {
    const url = await listen(0);
    await expect(readJson(`${url}/broken`)).rejects.toThrow('answered 503');
  });
});
