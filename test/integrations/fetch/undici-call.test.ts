import { createRequire } from 'node:module';
import { createBridge } from '@crossbridge/core';
import { hardenUndiciRequest } from '@crossbridge/integrations/fetch';
import { expect, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';
import { describeWithServers, serverPath } from '../../support/servers.ts';
import { failFirst, startUpstream } from '../../support/upstream.ts';

type Undici = typeof import('undici');

const require = createRequire(import.meta.url);
const retry = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 5, jitter: 'none' } as const;
const bridge = createBridge({
  operations: { op: { retry } },
  upstreams: [{ match: { host: '127.0.0.1', path: '/api/**' }, operation: 'op' }],
});

describeWithServers(['runtimes'], 'hardenUndiciRequest, of the package and of dispatchers', () => {
  const load = (name: string): Undici =>
    require(name === 'undici' ? name : `${serverPath('runtimes')}/node_modules/${name}`) as Undici;

  for (const name of ['undici-6', 'undici-7', 'undici']) {
    it(`${name}: retries what is asked of an address, in all the ways that it may be given`, async () => {
      await using upstream = await startUpstream(() => {});
      const { request, Agent } = load(name);
      const ask = hardenUndiciRequest(request, { bridge });
      const { port, origin } = new URL(upstream.url);
      const parts = { protocol: 'http:', hostname: '127.0.0.1', port, pathname: '/api/x', search: '?a=1' };
      await using dispatcher = Object.assign(new Agent(), { [Symbol.asyncDispose]: () => dispatcher.destroy() });
      const ways: readonly [string, () => ReturnType<typeof request>][] = [
        ['GET /api/x?a=1', () => ask(`${upstream.url}/api/x?a=1`)],
        ['GET /api/x', () => ask(new URL('/api/x', upstream.url), { dispatcher })],
        ['PUT /api/x', () => ask(`${upstream.url}/api/x`, { body: 'text' })],
        ['DELETE /api/x', () => ask(`${upstream.url}/api/x`, { method: 'DELETE' })],
        ['GET /api/x?a=1', () => ask(parts)],
        ['GET /api/x?a=1', () => ask(parts, {})],
        ['GET /api/y', () => ask({ origin, path: '/api/y' } as object, {})],
        ['GET /api/z', () => ask(`${upstream.url}/other`, { path: '/api/z' } as object)],
      ];
      for (const [expected, way] of ways) {
        upstream.requests.length = 0;
        upstream.answer = failFirst(2, 503);
        const { statusCode, body } = await way();
        await body.text();
        const seen = upstream.requests.map(({ method, path }) => `${method} ${path}`);
        expect([statusCode, seen]).toEqual([200, Array(3).fill(expected)]);
      }
    });

    it(`${name}: calls back who asks an address with a callback`, async () => {
      await using upstream = await startUpstream(failFirst(2, 503));
      const request = load(name).request as unknown as (...args: unknown[]) => unknown;
      const ask = hardenUndiciRequest(request, { bridge });
      const status = (...args: unknown[]): Promise<unknown> =>
        new Promise((resolve, reject) => {
          const returned = ask(...args, (error: unknown, data: { readonly statusCode: number }) =>
            error === null ? resolve([data.statusCode, returned]) : reject(error),
          );
        });
      expect(await status(`${upstream.url}/api/x`)).toEqual([200, undefined]);
      expect(await status(`${upstream.url}/api/x`, { method: 'GET' })).toEqual([200, undefined]);
      expect(upstream.requests).toHaveLength(4);
    });

    it(`${name}: retries what is asked of a client, also where only the client knows where it goes`, async () => {
      await using upstream = await startUpstream(failFirst(2, 503));
      const client = new (load(name).Client)(upstream.url);
      const own = client.request;
      client.request = hardenUndiciRequest(client.request, { bridge });
      await (await client.request({ path: '/api/x', method: 'GET' })).body.text();
      expect(upstream.requests).toHaveLength(3);
      const bound = hardenUndiciRequest(own.bind(client), { bridge, operation: 'op' });
      upstream.answer = (response, request, index) => failFirst(5, 503)(response, request, index);
      await (await bound({ path: '/api/x', method: 'GET' })).body.text();
      expect(upstream.requests).toHaveLength(6);
      await client.destroy();
    });

    it(`${name}: leaves to undici what belongs to no rule, and what is no address`, async () => {
      await using upstream = await startUpstream(failFirst(9, 503));
      const ask = hardenUndiciRequest(load(name).request, { bridge });
      const { statusCode, body } = await ask(`${upstream.url}/other`);
      await body.text();
      expect([statusCode, upstream.requests.length]).toEqual([503, 1]);
      const invalid = await rejection((async () => ask('no address'))());
      expect(invalid).toHaveProperty('code', 'ERR_INVALID_URL');
      const none = await rejection((async () => ask(undefined as never))());
      expect(none).toHaveProperty('message', expect.stringMatching(/invalid url/i));
    });
  }
});
