import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SharedRateLimiter } from '@crossbridge/core';
import { ioredisStore } from '@crossbridge/integrations/redis-store';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runApp, startApp } from '../../support/app.ts';
import type { DatabaseServer } from '../../support/database-server.ts';
import { startOtlpBackend } from '../../support/otlp-backend.ts';
import { startRedis } from '../../support/redis-server.ts';
import { describeWithServers } from '../../support/servers.ts';
import { waitFor } from '../../support/servers-process.ts';
import { startUpstream, type Upstream } from '../../support/upstream.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const APPS = join(ROOT, 'test/e2e/apps');
const APP = 'shared-limits/calls.mjs';

interface Settings {
  readonly url: string;
  readonly limit?: string;
  readonly more?: string;
}

/** One file for all processes. Redis itself has policies, too: what the limits ask must not go by them. */
const configOf = ({ url, limit = 'capacity: 10, window: 1000s', more = '' }: Settings): string => `
runtime:
  shutdown: { drain_limit: 1s }
  rate_limiting:
    store: { url: "${url}", budget: 2s${more} }
  operations:
    api: { rate_limit: { by: global, ${limit} } }
    redis.command: { rate_limit: { capacity: 1, window: 1000s, shared: false } }
  upstreams:
    - { match: { host: 127.0.0.1 }, operation: api }
`;

describeWithServers(['redis'], 'processes of one service, with rate_limiting.store', () => {
  let server: DatabaseServer;
  let upstream: Upstream;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    upstream = await startUpstream((response) => response.end('ok'));
  });
  beforeEach(async () => {
    redis = new Redis(server.url);
    redis.on('error', () => {});
    await redis.flushall();
    upstream.requests.length = 0;
  });
  afterEach(() => redis.disconnect());
  afterAll(async () => {
    await upstream?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  const envOf = (more: Readonly<Record<string, string>> = {}) => ({ UPSTREAM: upstream.url, ...more });
  const ends = (stdout: string): Record<string, number> => JSON.parse(stdout.split('\n')[0] ?? '{}');

  async function losesRedis(program: string): Promise<void> {
    const limit = 'capacity: 1000, window: 1s';
    const config = configOf({ url: server.url, limit, more: ', on_store_error: deny' });
    await using app = await startApp({ app: program, config, env: envOf({ CALLS: '100000', PAUSE: '20' }) });
    const state = async (wanted: string) => {
      const metrics = await (await app.admin('/metrics')).text();
      const one = new RegExp(`^crossbridge_rate_limit_store_state\\{[^}]*_state="${wanted}"[^}]*\\} 1$`, 'm');
      return one.test(metrics) ? true : undefined;
    };
    const served = () => upstream.requests.length;
    await waitFor(async () => (served() > 5 && (await state('up')) ? true : undefined), { what: 'served calls' });
    await server.kill();
    await waitFor(() => state('down'), { what: 'a store that is down' });
    expect((await (await app.admin('/readyz')).json()) as object).toMatchObject({ status: 'pass' });
    const during = served();
    await sleep(300);
    expect(served() - during).toBeLessThanOrEqual(2);
    await server.restart();
    await waitFor(() => state('up'), { what: 'a store that is up', timeoutMs: 40_000 });
    const after = served();
    await waitFor(async () => (served() > after + 5 ? true : undefined), { what: 'served calls' });
    expect(app.stderr).toContain('crossbridge.rate_limit.store_changed');
  }

  it('share one limit exactly, whoever loads ioredis for them', { timeout: 120_000 }, async () => {
    const run = () => runApp({ app: APP, config: configOf({ url: server.url }), env: envOf({ THEN: 'end' }) });
    const ended = await Promise.all([run(), run(), run()]);
    const all = ended.map(({ stdout }) => ends(stdout));
    expect(all.reduce((sum, { 200: ok = 0 }) => sum + ok, 0)).toBe(10);
    expect(all.reduce((sum, { rate_limited: refused = 0 }) => sum + refused, 0)).toBe(50);
    expect(upstream.requests).toHaveLength(10);
    // A connection to the store holds no process that has nothing left to do.
    expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual([0, 1, 2].map(() => [0, '']));
  });

  it('ask the store outside the traces and the policies of the application', { timeout: 120_000 }, async () => {
    await using backend = await startOtlpBackend();
    const env = envOf({
      THEN: 'end',
      CALLS: '5',
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    expect((await runApp({ app: APP, config: configOf({ url: server.url }), env })).code).toBe(0);
    const names = backend.spans.map(({ name }) => name);
    expect(names.filter((name) => name === 'api')).toHaveLength(5);
    expect(names.filter((name) => /eval|connect|info|redis/i.test(name))).toEqual([]);
  });

  describe('that have installed redis, and not ioredis', () => {
    let directory: string;
    let app: string;
    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), 'crossbridge-node-redis-'));
      mkdirSync(join(directory, 'node_modules'));
      for (const name of ['redis', '@redis']) {
        symlinkSync(join(ROOT, 'node_modules', name), join(directory, 'node_modules', name));
      }
      copyFileSync(join(APPS, APP), join(directory, 'calls.mjs'));
      app = relative(APPS, join(directory, 'calls.mjs'));
    });
    afterAll(() => rmSync(directory, { recursive: true, force: true }));

    it('share it with the others', { timeout: 120_000 }, async () => {
      const config = configOf({ url: server.url });
      const apps = [APP, app].map((each) => runApp({ app: each, config, env: envOf({ THEN: 'end' }) }));
      const ended = await Promise.all(apps);
      expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual([0, 1].map(() => [0, '']));
      expect(ended.reduce((sum, { stdout }) => sum + (ends(stdout)[200] ?? 0), 0)).toBe(10);
    });

    it('go by on_store_error when Redis is killed, and by Redis again when it is back', { timeout: 120_000 }, () =>
      losesRedis(app),
    );

    it('end when they have nothing left to do, although Redis is not there', { timeout: 120_000 }, async () => {
      const config = configOf({ url: 'redis://127.0.0.1:1', more: ', on_store_error: allow' });
      const { code, stdout } = await runApp({ app, config, env: envOf({ THEN: 'end' }) });
      expect([code, ends(stdout)]).toEqual([0, { 200: 20 }]);
    });
  });

  it('give leased tokens back on SIGTERM, and end as they would have', { timeout: 120_000 }, async () => {
    const rate = { capacity: 100_000, windowSeconds: 1 };
    const limiter = new SharedRateLimiter({ client: ioredisStore(redis), budgetMs: 2000 });
    const limit = limiter.limit('api/api', rate);
    const leasedAfter = async (signal: NodeJS.Signals): Promise<number> => {
      const config = configOf({ url: server.url, limit: 'capacity: 100000, window: 1s' });
      await using app = await startApp({ app: APP, config, env: envOf({ CALLS: '100000', PAUSE: '1' }) });
      await waitFor(
        async () => {
          const metrics = await (await app.admin('/metrics')).text();
          const found = /^crossbridge_rate_limit_store_leased_tokens(?:\{[^}]*\})? (\d+)/m.exec(metrics);
          return Number(found?.[1] ?? 0) > 0 ? true : undefined;
        },
        { what: 'leased tokens' },
      );
      app.kill(signal);
      expect(await app.ended).toMatchObject({ signal });
      return (await limit.peek('global')).leased;
    };
    try {
      expect(await leasedAfter('SIGTERM')).toBe(0);
      // What a process that is killed holds lapses later, by itself.
      expect(await leasedAfter('SIGKILL')).toBeGreaterThan(0);
    } finally {
      await limiter.close();
    }
  });

  it('go by on_store_error when Redis is killed, and by Redis again when it is back', { timeout: 120_000 }, () =>
    losesRedis(APP),
  );

  it('start, and go by on_store_error, when Redis is not there', { timeout: 120_000 }, async () => {
    const config = configOf({ url: 'redis://127.0.0.1:1', more: ', on_store_error: allow' }).replace(
      'budget: 2s',
      'budget: 50ms',
    );
    const { code, stdout } = await runApp({ app: APP, config, env: envOf({ THEN: 'end' }) });
    expect([code, ends(stdout)]).toEqual([0, { 200: 20 }]);
  });
});
