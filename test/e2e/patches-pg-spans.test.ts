import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp } from '../support/app.ts';
import type { DatabaseServer } from '../support/database-server.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { type ReceivedSpan, startOtlpBackend } from '../support/otlp-backend.ts';
import { startPostgres } from '../support/postgres.ts';
import { describeWithServers } from '../support/servers.ts';

const CONFIG = `
runtime:
  operations:
    db.query: { retry: { max_attempts: 3, base_delay: 1ms, jitter: none } }
`;

const AGENT = ['--import', '@crossbridge/agent'];
const APPS = fileURLToPath(new URL('apps/pg', import.meta.url));
const OTEL = ['--import', join(APPS, 'otel.mjs')];
/** With a provider of its own. */
const OWN_SDK = ['--import', join(APPS, 'otel-own.mjs')];

const PG_ALONE = /^ {1,2}pg(?:-pool)?\.(?:connect$|query:SELECT)|^ crossbridge\.wait$/;
/** A provider that was there before the flag does not tell which spans an attempt has, so each of a repeated call has one of ours. */
const WITH_ATTEMPTS = new RegExp(`${PG_ALONE.source}|^ db\\.query attempt$`);

describeWithServers(['postgres'], 'the spans of an application with pg that is instrumented', () => {
  let server: DatabaseServer;
  let proxy: FaultProxy;

  beforeAll(async () => {
    server = await startPostgres();
    proxy = await startFaultProxy(server.port);
  });

  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  it.each([
    ['pg/app.cjs', 'by itself, after the flag', [...AGENT, ...OTEL]],
    ['pg/app.mjs', 'by itself, after the flag', [...AGENT, ...OTEL]],
    ['pg/app.cjs', 'by itself, before the flag', [...OTEL, ...AGENT]],
    ['pg/app.mjs', 'by itself, before the flag', [...OTEL, ...AGENT]],
    ['pg/app.cjs', 'by an SDK of its own, after the flag', [...AGENT, ...OWN_SDK]],
    ['pg/app.mjs', 'by an SDK of its own, after the flag', [...AGENT, ...OWN_SDK]],
    ['pg/app.cjs', 'by an SDK of its own, before the flag', [...OWN_SDK, ...AGENT]],
    ['pg/app.mjs', 'by an SDK of its own, before the flag', [...OWN_SDK, ...AGENT]],
    ['pg/otel-late.mjs', 'by itself, once pg is loaded', AGENT],
  ])('are the call and in it what pg does (%s, %s)', async (app, who, flags) => {
    await using backend = await startOtlpBackend();
    proxy.on('database\0postgres', 'lose-request');
    await using running = await startApp({
      app,
      config: CONFIG,
      flags,
      env: {
        STEPS: 'plain burst stay',
        DATABASE_URL: `postgres://crossbridge:crossbridge@127.0.0.1:${proxy.port}/postgres`,
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${backend.url}/v1/traces`,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_BSP_SCHEDULE_DELAY: '50',
      },
    });
    await expect.poll(() => running.stdout, { timeout: 10_000 }).toContain('stay');
    expect(running.stdout).toContain('burst: ok ok ok ok ok\n');
    const metrics = await (await running.admin('/metrics')).text();
    expect(metrics).toMatch(/crossbridge_patch_status\{[^}]*module="pg",[^}]*status="active"[^}]*\} 1\n/);
    await expect.poll(() => backend.spans.filter(({ name }) => name === 'db.query').length).toBe(6);
    const trees = treesOf(backend.spans);
    expect(trees).toHaveLength(6);
    for (const [root, ...inside] of trees) {
      expect(root).toBe('db.query');
      expect(inside.filter((name) => name === ' pg.query:SELECT postgres')).toHaveLength(1);
      const expected = who.endsWith('own, before the flag') ? WITH_ATTEMPTS : PG_ALONE;
      expect(inside.filter((name) => !expected.test(name))).toEqual([]);
    }
    // The connection that broke, and the one in its place.
    expect(trees[0]?.filter((name) => name.endsWith('pg.connect'))).toHaveLength(2);
  });
});

/** Each root with the names of its descendants, indented. */
function treesOf(spans: readonly ReceivedSpan[]): string[][] {
  const childrenOf = (parent: string | undefined): readonly ReceivedSpan[] =>
    spans.filter(({ parentSpanId }) => (parentSpanId || undefined) === parent);
  const treeOf = ({ name, spanId }: ReceivedSpan, depth: number): string[] => [
    ' '.repeat(depth) + name,
    ...childrenOf(spanId).flatMap((child) => treeOf(child, depth + 1)),
  ];
  return childrenOf(undefined).map((root) => treeOf(root, 0));
}
