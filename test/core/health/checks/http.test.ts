import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HttpHealthCheck } from '../../../../packages/core/src/health/checks/http.ts';

let server: Server | undefined;

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answering = (status: number, headers: Record<string, string> = {}) =>
  serve((_, response) => response.writeHead(status, headers).end());

afterEach(() => {
  vi.unstubAllGlobals();
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

describe('HttpHealthCheck', () => {
  it.each([200, 204, 302, 399])('is healthy on %i', async (status) => {
    const url = await answering(status);
    expect(await new HttpHealthCheck('shop', { url }).check()).toMatchObject({
      status: 'healthy',
      message: `HTTP ${status}`,
      details: { url: `${url}/`, httpStatus: status },
    });
  });

  it.each([400, 404, 500, 503])('is unhealthy on %i', async (status) => {
    const url = await answering(status);
    expect(await new HttpHealthCheck('shop', { url }).check()).toMatchObject({
      status: 'unhealthy',
      message: `HTTP ${status}, expected 200 to 399`,
    });
  });

  it('does not follow redirects', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests += 1;
      response.writeHead(302, { location: '/login' }).end();
    });
    expect((await new HttpHealthCheck('shop', { url }).check()).details).toMatchObject({ httpStatus: 302 });
    expect(requests).toBe(1);
  });

  it('expects the statuses it is told to expect, and no other', async () => {
    const url = await answering(401);
    expect((await new HttpHealthCheck('shop', { url, expectStatus: 401 }).check()).status).toBe('healthy');
    expect((await new HttpHealthCheck('shop', { url, expectStatus: [200, 204] }).check()).message).toBe(
      'HTTP 401, expected 200 or 204',
    );
  });

  it('sends the method, the headers, and the user of the URL as basic authentication', async () => {
    let seen: IncomingMessage | undefined;
    const url = await serve((request, response) => {
      seen = request;
      response.end();
    });
    const withUser = url.replace('://', '://ada:s%C3%A4%3Acret@');
    const check = new HttpHealthCheck('shop', {
      url: `${withUser}/health?key=abc`,
      method: 'HEAD',
      headers: { 'x-probe': '1' },
    });
    const { details } = await check.check();
    expect(seen).toMatchObject({ method: 'HEAD', url: '/health?key=abc' });
    expect(seen?.headers).toMatchObject({
      'x-probe': '1',
      'user-agent': 'crossbridge-health',
      authorization: `Basic ${Buffer.from('ada:sä:cret').toString('base64')}`,
    });
    expect(details).toEqual({ url: `${url}/health`, httpStatus: 200 });
  });

  it('sends an authorization that is given rather than the user of the URL', async () => {
    let seen: string | undefined;
    const url = await serve((request, response) => {
      seen = request.headers.authorization;
      response.end();
    });
    const headers = { Authorization: 'Bearer abc' };
    await new HttpHealthCheck('shop', { url: url.replace('://', '://ada:secret@'), headers }).check();
    expect(seen).toBe('Bearer abc');
  });

  it('does not wait for a body that never ends, and lets go of it', async () => {
    const closed = Promise.withResolvers<void>();
    const url = await serve((_, response) => {
      response.on('close', () => closed.resolve());
      response.writeHead(200).write('some');
    });
    expect((await new HttpHealthCheck('shop', { url }).check()).status).toBe('healthy');
    await closed.promise;
  });

  it('ends the request with the signal', async () => {
    const arrived = Promise.withResolvers<ServerResponse>();
    const url = await serve((_, response) => arrived.resolve(response));
    const controller = new AbortController();
    const running = new HttpHealthCheck('shop', { url }).check({ signal: controller.signal });
    const response = await arrived.promise;
    const closed = once(response, 'close');
    controller.abort(new Error('no longer wanted'));
    expect(await running).toMatchObject({ status: 'unhealthy', message: 'Check failed: Error: no longer wanted' });
    await closed;
  });

  it('is unhealthy when nothing answers, and says why', async () => {
    const url = await answering(200);
    server?.close();
    await once(server as Server, 'close');
    const { status, message } = await new HttpHealthCheck('shop', { url }).check();
    expect(status).toBe('unhealthy');
    expect(message).toMatch(/^Check failed: TypeError: fetch failed: .*ECONNREFUSED/);
  });

  it('uses the fetch that is in place when it runs', async () => {
    const check = new HttpHealthCheck('shop', { url: 'http://shop.test/' });
    vi.stubGlobal('fetch', async () => new Response(null, { status: 204 }));
    expect((await check.check()).details).toEqual({ url: 'http://shop.test/', httpStatus: 204 });
  });

  it('refuses what cannot be requested, without telling secrets', () => {
    for (const url of ['', 'shop', 'ftp://shop/', 'http://']) {
      expect(() => new HttpHealthCheck('shop', { url })).toThrow(
        "The health check 'shop' needs an http:// or https:// URL",
      );
    }
    const headers = { authorization: 'Bearer secret\nvalue' };
    const make = (): unknown => new HttpHealthCheck('shop', { url: 'http://shop/', headers });
    expect(make).toThrow('headers or credentials that cannot be sent');
    expect(make).not.toThrow(/secret/);
  });
});
