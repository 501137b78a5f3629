import { describe, expect, it } from 'vitest';
import { type App, freePort, runApp, startApp } from '../support/app.ts';
import { startOtlpBackend } from '../support/otlp-backend.ts';
import { type Answer, json, startUpstream } from '../support/upstream.ts';
import { poll, statuses } from './admin-poll.ts';

const config = `
runtime:
  operations:
    plain: { circuit_breaker: true }
  upstreams:
    - { match: { host: 127.0.0.1 }, operation: plain }
`;

/** Answers after a while. */
const slow =
  (ms: number): Answer =>
  (response) =>
    void setTimeout(() => json(response, 200, { answered: true }), ms);

async function serviceUrl(app: App): Promise<string> {
  await expect.poll(() => app.stdout, { timeout: 30_000 }).toContain('\n');
  return app.stdout.trim();
}

async function ready(app: App): Promise<void> {
  await expect.poll(async () => (await app.admin('/readyz')).status, { timeout: 30_000 }).toBe(200);
}

describe('SIGTERM, when nobody else listens to it', () => {
  it('fails readiness at once and liveness never, lets calls end, exports them, and ends the process as the signal would', async () => {
    await using upstream = await startUpstream(slow(3_000));
    await using backend = await startOtlpBackend();
    await using app = await startApp({
      app: 'busy.mjs',
      config,
      env: {
        UPSTREAM_URL: upstream.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_BSP_SCHEDULE_DELAY: '3600000',
      },
    });
    const url = await serviceUrl(app);
    await ready(app);
    const at = `http://127.0.0.1:${app.adminPort}`;
    const alive = poll(`${at}/livez`);
    const calls = Array.from({ length: 20 }, async () => (await fetch(url)).status);
    await expect.poll(() => upstream.requests.length).toBe(20);
    app.kill('SIGTERM');
    await expect.poll(async () => (await fetch(`${at}/readyz`)).status).toBe(503);
    expect(await (await fetch(`${at}/readyz`)).json()).toMatchObject({ output: 'stopping' });
    expect((await fetch(`${at}/metrics`)).status).toBe(200);
    const lives = alive.seen.length;
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 20 }, () => 200));
    // A shell reports this as 143.
    expect(await app.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    const seen = await alive.stop();
    expect(lives).toBeGreaterThan(0);
    expect(statuses(seen.slice(0, lives))).toEqual([200]);
    // After the end nobody answers; until then nothing but 200.
    expect(statuses(seen).filter((status) => status !== 0)).toEqual([200]);
    expect(backend.spans.filter(({ name }) => name === 'plain')).toHaveLength(20);
    expect(app.stderr).toContain('waiting up to 10 s for 20 calls under way');
  });

  it('ends a process that has nothing under way without a wait', async () => {
    await using upstream = await startUpstream(slow(0));
    await using app = await startApp({ app: 'busy.mjs', config, env: { UPSTREAM_URL: upstream.url } });
    await serviceUrl(app);
    app.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' });
  });

  it('waits ten seconds for calls under way, and no longer', async () => {
    await using upstream = await startUpstream(() => {});
    await using app = await startApp({ app: 'busy.mjs', config, env: { UPSTREAM_URL: upstream.url } });
    const lost = fetch(await serviceUrl(app)).catch(() => 'lost');
    await expect.poll(() => upstream.requests.length).toBe(1);
    app.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(await lost).toBe('lost');
    expect(app.stderr).toContain('stopping: cutting off what is still under way (1)');
  });

  it('serves on for as long as the config says, not ready, before it ends the process', async () => {
    await using upstream = await startUpstream(slow(0));
    const env = { UPSTREAM_URL: upstream.url };
    await using app = await startApp({ app: 'busy.mjs', config: `${config}  shutdown: { delay: 3s }\n`, env });
    const url = await serviceUrl(app);
    await ready(app);
    app.kill('SIGTERM');
    await expect.poll(async () => (await app.admin('/readyz')).status).toBe(503);
    expect((await fetch(url)).status).toBe(200);
    expect(await app.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it('waits for no call where the config says so', async () => {
    await using upstream = await startUpstream(() => {});
    const env = { UPSTREAM_URL: upstream.url };
    await using app = await startApp({ app: 'busy.mjs', config: `${config}  shutdown: { drain_limit: 0 }\n`, env });
    const lost = fetch(await serviceUrl(app)).catch(() => 'lost');
    await expect.poll(() => upstream.requests.length).toBe(1);
    app.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' });
    expect(await lost).toBe('lost');
  });

  it('ends the process at once when it comes a second time', async () => {
    await using upstream = await startUpstream(() => {});
    await using app = await startApp({ app: 'busy.mjs', config, env: { UPSTREAM_URL: upstream.url } });
    const lost = fetch(await serviceUrl(app)).catch(() => 'lost');
    await expect.poll(() => upstream.requests.length).toBe(1);
    app.kill('SIGTERM');
    await expect.poll(() => app.stderr).toContain('another signal ends the process at once');
    app.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(await lost).toBe('lost');
    // The first signal alone would have waited, and said so.
    expect(app.stderr).not.toContain('cutting off');
  });
});

describe('SIGTERM, when the application listens to it', () => {
  it('fails readiness, and leaves the rest to the application', async () => {
    await using upstream = await startUpstream(slow(2_000));
    const env = { UPSTREAM_URL: upstream.url, OWN_SIGTERM: 'late' };
    await using app = await startApp({ app: 'server.mjs', config, env });
    const url = await serviceUrl(app);
    await ready(app);
    const call = fetch(url);
    await expect.poll(() => upstream.requests.length).toBe(1);
    app.kill('SIGTERM');
    await expect.poll(async () => (await app.admin('/readyz')).status).toBe(503);
    expect((await app.admin('/livez')).status).toBe(200);
    expect((await call).status).toBe(200);
    expect(await app.ended).toMatchObject({ code: 7, signal: null });
  });
});

describe('a script that has nothing left to do, while the collector is nowhere,', () => {
  async function run(env: Record<string, string>) {
    await using upstream = await startUpstream(slow(0));
    const startedAtMs = performance.now();
    const ended = await runApp({
      app: 'ending.mjs',
      config,
      env: { UPSTREAM_URL: upstream.url, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`, ...env },
    });
    const tookMs = performance.now() - startedAtMs;
    return { ...ended, tookMs, paths: upstream.requests.map(({ path }) => path) };
  }

  // The exporter by itself goes on for ten seconds; the limit is two.
  const LIMIT_MS = 8_000;

  it('ends in time', async () => {
    const { code, tookMs } = await run({});
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(LIMIT_MS);
  });

  it('ends in time although others listen to its end, and they hear of it', async () => {
    const { code, stdout, tookMs } = await run({ LISTEN: '1' });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^beforeExit 1\n/)]);
    expect(tookMs).toBeLessThan(LIMIT_MS);
  });

  it('lets others do their last work first, and exports what that did', async () => {
    const { code, stdout, paths } = await run({ LISTEN: '1', WORK: '1' });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^beforeExit 1\nworked\nbeforeExit 2\n/)]);
    expect(paths).toEqual(['/plain', '/last']);
  });

  it.each([{}, { LISTEN: '1' }])('keeps the exit code 13 of an await that nothing ends (%j)', async (env) => {
    const { code, stderr, tookMs } = await run({ FOR_EVER: '1', ...env });
    expect([code, stderr]).toEqual([13, expect.stringContaining('unsettled top-level await')]);
    expect(tookMs).toBeLessThan(LIMIT_MS);
  });
});

describe('a script that has nothing left to do', () => {
  it('exports what its last work did', async () => {
    await using upstream = await startUpstream(slow(0));
    await using backend = await startOtlpBackend();
    const env = {
      UPSTREAM_URL: upstream.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      LISTEN: '1',
      WORK: '1',
    };
    expect(await runApp({ app: 'ending.mjs', config, env })).toMatchObject({ code: 0, stderr: '' });
    expect(backend.spans.filter(({ name }) => name === 'plain')).toHaveLength(2);
  });

  it('keeps the exit code 13 of an await that nothing ends, and what Node.js says of it', async () => {
    await using upstream = await startUpstream(slow(0));
    const ended = await runApp({ app: 'ending.mjs', config, env: { UPSTREAM_URL: upstream.url, FOR_EVER: '1' } });
    expect(ended.code).toBe(13);
    expect(ended.stderr).toContain('unsettled top-level await');
  });
});
