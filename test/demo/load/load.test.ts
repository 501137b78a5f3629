import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Load } from '../../../demo/load/load.ts';

let server: Server | undefined;

async function loadOn(listener: RequestListener, rate: number): Promise<Load> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return new Load({ target: `http://127.0.0.1:${port}`, seed: 1, rate });
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Runs the load until the server has got `count` requests. */
async function runUntil(load: Load, count: number, arrived: () => number): Promise<void> {
  const end = new AbortController();
  const running = load.run(end.signal);
  while (arrived() < count) await new Promise((resolve) => setTimeout(resolve, 5));
  end.abort();
  await running;
}

describe('Load', () => {
  it('counts every request that it sent, by how it ended', async () => {
    const statuses = [200, 429, 503, 500];
    let arrived = 0;
    const load = await loadOn((_request, response) => {
      response.writeHead(statuses[arrived % statuses.length] ?? 200).end('x');
      arrived += 1;
    }, 400);
    await runUntil(load, 40, () => arrived);
    await load.drain(10_000);
    const results = [...load.read().endpoints.values()];
    const sum = (of: 'requests' | 'ok' | 'tooMany' | 'unavailable' | 'failed'): number =>
      results.reduce((total, result) => total + result[of], 0);
    expect(sum('requests')).toBe(arrived);
    expect(sum('ok')).toBe(Math.ceil(arrived / 4));
    expect(sum('tooMany') + sum('unavailable') + sum('failed')).toBe(arrived - Math.ceil(arrived / 4));
  });

  it('goes on sending while nothing is answered, and counts what breaks', async () => {
    let arrived = 0;
    const load = await loadOn((request) => {
      arrived += 1;
      request.on('error', () => undefined);
    }, 400);
    await runUntil(load, 50, () => arrived);
    expect([...load.read().endpoints.values()].every(({ requests }) => requests === 0)).toBe(true);
    server?.closeAllConnections();
    await load.drain(10_000);
    const failed = [...load.read().endpoints.values()].reduce((total, result) => total + result.failed, 0);
    expect(failed).toBeGreaterThanOrEqual(50);
    expect(load.read().skipped).toBe(0);
  });

  it('takes a body that breaks off for a failure, whatever the status', async () => {
    let arrived = 0;
    const load = await loadOn((_request, response) => {
      arrived += 1;
      response.writeHead(200, { 'content-length': 100 });
      response.write('half', () => response.socket?.destroy());
    }, 400);
    await runUntil(load, 5, () => arrived);
    await load.drain(10_000);
    for (const { ok } of load.read().endpoints.values()) expect(ok).toBe(0);
  });
});
