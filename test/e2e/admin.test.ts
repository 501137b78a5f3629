import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { json, startUpstream } from '../support/upstream.ts';
import { poll, statuses } from './admin-poll.ts';
import { exchange, statusesIn } from './raw-connection.ts';

const config = `
runtime:
  operations:
    plain: { circuit_breaker: true }
  upstreams:
    - { match: { host: 127.0.0.1, path: /plain }, operation: plain }
`;

const TOKEN = 'a token of some length'.replaceAll(' ', '-');

async function serviceUrl(app: App): Promise<string> {
  await expect.poll(() => app.stdout, { timeout: 30_000 }).toContain('\n');
  return app.stdout.trim();
}

/** Blocks the event loop of the service, and returns once it is blocked. */
async function block(app: App, ms: number): Promise<void> {
  await (await fetch(`${await serviceUrl(app)}/block?ms=${ms}`)).text();
}

/** Starts a service whose event loop may be stuck for a second before it counts as dead. */
async function startImpatient(): Promise<{ readonly app: App; readonly at: string } & AsyncDisposable> {
  const app = await startApp({ app: 'busy.mjs', config: `${config}  admin: { liveness_limit: 1s }\n` });
  await expect.poll(async () => (await app.admin('/readyz')).status, { timeout: 30_000 }).toBe(200);
  return { app, at: `http://127.0.0.1:${app.adminPort}`, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

describe('the admin endpoints of a service whose event loop is blocked', () => {
  it('stay alive and answer, say not ready after five seconds, and are ready again afterwards', async () => {
    await using app = await startApp({ app: 'busy.mjs', config });
    await expect.poll(async () => (await app.admin('/readyz')).status, { timeout: 30_000 }).toBe(200);
    await block(app, 8_000);
    const at = `http://127.0.0.1:${app.adminPort}`;
    const alive = poll(`${at}/livez`);
    const ready = poll(`${at}/readyz`);
    const metrics = fetch(`${at}/metrics`);
    const verbose = (await (await fetch(`${at}/healthz?verbose`)).json()) as { readonly checks: object };
    expect(verbose).toMatchObject({ operations: null, notes: [expect.stringContaining('did not answer')] });
    expect(verbose.checks).toHaveProperty('operation:plain');
    await expect.poll(() => ready.seen.some(({ status }) => status === 503), { timeout: 20_000 }).toBe(true);
    expect((await metrics).status).toBe(200);
    await expect.poll(() => ready.seen.at(-1)?.status, { timeout: 20_000 }).toBe(200);

    const lives = await alive.stop();
    expect(statuses(lives)).toEqual([200]);
    expect(Math.max(...lives.map(({ body }) => Number(body.heartbeatAgeMs)))).toBeGreaterThan(5_000);
    const notReady = (await ready.stop()).find(({ status }) => status === 503);
    expect(notReady?.body).toMatchObject({ output: expect.stringContaining('event loop blocked for 5.') });
  });

  it('fail liveness beyond its limit, and only for as long', async () => {
    await using impatient = await startImpatient();
    const alive = poll(`${impatient.at}/livez`);
    await block(impatient.app, 4_000);
    await expect.poll(() => alive.seen.some(({ status }) => status === 503), { timeout: 20_000 }).toBe(true);
    await expect.poll(() => alive.seen.at(-1)?.status, { timeout: 20_000 }).toBe(200);
    expect(statuses(await alive.stop())).toEqual([200, 503]);
  }, 60_000);

  it('do not blame a process that was stopped and goes on', async () => {
    await using impatient = await startImpatient();
    impatient.app.kill('SIGSTOP');
    await sleep(4_000);
    const waiting = fetch(`${impatient.at}/livez`);
    const alive = poll(`${impatient.at}/livez`);
    impatient.app.kill('SIGCONT');
    expect((await waiting).status).toBe(200);
    await sleep(1_500);
    expect(statuses(await alive.stop())).toEqual([200]);
  });
});

describe('the admin endpoints', () => {
  it('follow the checks of crossbridge.yml: starting until the first result, then as ready as they are', async () => {
    await using upstream = await startUpstream((response) => json(response, 503, {}));
    const checks = `
  health_checks:
    interval: 200ms
    timeout: 100ms
    initial_delay: 3s
    failure_threshold: 1
    providers:
      database: { url: "${upstream.url}/health", required: true }
`;
    await using app = await startApp({ app: 'busy.mjs', config: config + checks });
    expect((await app.admin('/startupz')).status).toBe(503);
    expect(await (await app.admin('/startupz')).json()).toMatchObject({ pending: ['database'] });
    await expect.poll(async () => (await app.admin('/startupz')).status, { timeout: 20_000 }).toBe(200);
    await expect.poll(async () => (await app.admin('/readyz')).status, { timeout: 20_000 }).toBe(503);
    expect(await (await app.admin('/readyz')).json()).toMatchObject({
      overallStatus: 'unhealthy',
      failing: ['database'],
    });
    expect((await app.admin('/livez')).status).toBe(200);
    upstream.answer = (response) => json(response, 200, {});
    await expect.poll(async () => (await app.admin('/readyz')).status, { timeout: 20_000 }).toBe(200);
    expect((await app.admin('/startupz')).status).toBe(200);
  });

  it('say when the start is over', async () => {
    await using app = await startApp({ app: 'busy.mjs', config });
    await expect.poll(async () => (await app.admin('/startupz')).status, { timeout: 30_000 }).toBe(200);
    expect((await app.admin('/healthz')).headers.get('content-type')).toBe('application/health+json; charset=utf-8');
    const verbose = await (await app.admin('/healthz?verbose')).json();
    expect(verbose).toMatchObject({ status: 'pass', overallStatus: 'healthy', stopping: false });
    const { operations } = verbose as { readonly operations: readonly { readonly operation: string }[] };
    expect(operations.map(({ operation }) => operation)).toContain('plain');
  });

  it('serve nobody who comes by a name of somebody else', async () => {
    await using app = await startApp({ app: 'busy.mjs', config });
    await app.admin('/livez');
    const asked = (host: string) =>
      exchange(app.adminPort, `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(statusesIn(await asked('evil.example'))).toEqual([421]);
    expect(statusesIn(await asked(`127.0.0.1:${app.adminPort}`))).toEqual([200]);
  });

  it('ask for the token of the environment, and nobody hears it', async () => {
    const env = { CROSSBRIDGE_ADMIN_TOKEN: TOKEN };
    await using app = await startApp({ app: 'busy.mjs', config, env });
    await expect.poll(async () => (await app.admin('/readyz')).status, { timeout: 30_000 }).toBe(200);
    expect((await app.admin('/metrics')).status).toBe(401);
    expect((await app.admin('/metrics', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    const metrics = await app.admin('/metrics', { headers: { authorization: `Bearer ${TOKEN}` } });
    expect([metrics.status, (await metrics.text()).includes(TOKEN)]).toEqual([200, false]);
    expect(app.stdout + app.stderr).not.toContain(TOKEN);
  });

  it('come back on the port once whoever has it is gone', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    await using app = await startApp({ app: 'busy.mjs', config, adminPort: port });
    await expect.poll(() => app.stderr, { timeout: 30_000 }).toContain('the port is taken');
    blocker.close();
    await once(blocker, 'close');
    expect((await app.admin('/livez')).status).toBe(200);
  });

  it('survive many clients at once', async () => {
    await using app = await startApp({ app: 'busy.mjs', config });
    await app.admin('/livez');
    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const response = await app.admin('/metrics');
        return [response.status, (await response.text()).includes('crossbridge_')];
      }),
    );
    expect(new Set(answers.map(String))).toEqual(new Set(['200,true']));
  });
});
