import { describe, expect, it } from 'vitest';
import type { AdminSettings } from '../../../../packages/agent/src/admin/messages.ts';
import { headersOf } from '../../../../packages/agent/src/admin/worker/answer.ts';
import { digestOf } from '../../../../packages/agent/src/admin/worker/bearer.ts';
import { respond } from '../../../../packages/agent/src/admin/worker/respond.ts';
import { check, SETTINGS, site, snapshotOf } from '../fakes.ts';

const TOKEN = 'a-long-enough-token';

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly settings?: Partial<AdminSettings>;
}

async function ask(url: string, { method = 'GET', headers = {}, settings = {} }: Asked = {}) {
  const all: Record<string, string> = { host: 'localhost:9464', ...headers };
  const { routes, view, shared, main } = site(settings);
  shared.beat();
  view.snapshot = snapshotOf(check('db', 'healthy'));
  main.reply = () => ({ status: 200, contentType: 'text/plain', body: 'x 1\n' });
  const headersDistinct = Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value]]));
  const answer = await respond(
    { url, method, headers: all, headersDistinct },
    { settings: { ...SETTINGS, ...settings }, routes, onError: () => {} },
  );
  return { ...answer, headers: headersOf(answer) };
}

describe('a request', () => {
  it('finds its endpoint, whatever the query holds', async () => {
    expect((await ask('/livez?a=1&%zz&verbose=0&&=')).status).toBe(200);
    expect((await ask('/livez?')).status).toBe(200);
  });

  it('to a path that is none is told which there are', async () => {
    const { status, body } = await ask('/health');
    expect(status).toBe(404);
    expect(body).toContain('/metrics /livez /readyz /healthz /startupz');
  });

  it('with another method is told which there are', async () => {
    expect(await ask('/livez', { method: 'DELETE' })).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  it('may be answered with what no cache keeps and no browser guesses at', async () => {
    expect((await ask('/livez')).headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  it('that is answered with 503 is told when to come again', async () => {
    const { headers, status } = await ask('/readyz?exclude=db', { settings: { readinessLimitMs: -1 } });
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect((await ask('/readyz')).headers).not.toHaveProperty('retry-after');
  });

  it('by a name that is not of this endpoint is refused, with what to do', async () => {
    const { status, body, close } = await ask('/metrics', { headers: { host: 'evil.example' } });
    expect([status, close]).toEqual([421, true]);
    expect(body).toContain('runtime.admin.allowed_hosts');
    const settings = { hostNames: ['evil.example'] };
    expect((await ask('/metrics', { headers: { host: 'evil.example' }, settings })).status).toBe(200);
  });

  it('with two Host headers is refused', async () => {
    const { routes } = site();
    const request = {
      url: '/livez',
      method: 'GET',
      headers: { host: 'localhost' },
      headersDistinct: { host: ['localhost', 'x'] },
    };
    expect(await respond(request, { settings: SETTINGS, routes, onError: () => {} })).toMatchObject({ status: 400 });
  });

  it.each([{ 'content-length': '1' }, { 'transfer-encoding': 'chunked' }, { 'content-length': 'x' }])(
    'with a body (%j) is refused, and its connection closed',
    async (headers) => {
      expect(await ask('/livez', { headers })).toMatchObject({ status: 413, headers: { connection: 'close' } });
    },
  );

  it('may say that it has no body', async () => {
    expect((await ask('/livez', { headers: { 'content-length': '0' } })).status).toBe(200);
  });

  it('with a URL above 2 KiB is refused', async () => {
    expect((await ask(`/livez?${'a'.repeat(2_041)}`)).status).toBe(200);
    expect((await ask(`/livez?${'a'.repeat(2_042)}`)).status).toBe(414);
  });

  it.each(['*', 'http://localhost/livez', 'livez', ''])('whose target is %j is refused', async (url) => {
    expect((await ask(url)).status).toBe(400);
  });

  it('that makes an endpoint throw is answered, and the failure told without its text', async () => {
    const told: unknown[] = [];
    const routes = new Map([
      [
        '/livez',
        () => {
          throw new Error('secret');
        },
      ],
    ]);
    const request = { url: '/livez', method: 'GET', headers: {}, headersDistinct: {} };
    const answer = await respond(request, { settings: SETTINGS, routes, onError: (...error) => told.push(error) });
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('secret');
    expect(told).toEqual([['/livez', new Error('secret')]]);
  });
});

describe('a token', () => {
  const settings = { tokenDigest: digestOf(TOKEN) };

  it.each(['/livez', '/readyz', '/startupz', '/livez?x=1'])('is not asked of %s, which a kubelet asks', async (url) => {
    expect((await ask(url, { settings })).status).toBe(200);
  });

  it.each(['/metrics', '/healthz', '/livez?verbose', '/readyz?verbose', '/nothing', '/'])(
    'is asked of %s',
    async (url) => {
      const { status, headers } = await ask(url, { settings });
      expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="crossbridge"']);
      const right = await ask(url, { settings, headers: { authorization: `bearer ${TOKEN}` } });
      expect(right.status).toBeLessThan(405);
      expect(right.status).not.toBe(401);
    },
  );

  it.each([
    `Bearer ${TOKEN}x`,
    'Bearer ',
    'Bearer',
    `Basic ${TOKEN}`,
    TOKEN,
    `Bearer ${TOKEN} ${TOKEN}`,
    `Bearer\t${TOKEN}`,
  ])('is not %j', async (authorization) => {
    const { status, headers, body } = await ask('/metrics', { settings, headers: { authorization } });
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer realm="crossbridge", error="invalid_token"']);
    expect(body).not.toContain(TOKEN);
  });

  it('is not the empty one, even where that was its digest', async () => {
    const empty = { tokenDigest: digestOf('') };
    expect((await ask('/metrics', { settings: empty, headers: { authorization: 'Bearer ' } })).status).toBe(401);
  });
});
