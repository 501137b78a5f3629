import { afterAll, beforeAll, expect, it } from 'vitest';
import { registryIn } from '../core/health/health-registry.ts';
import { type App, startApp } from '../support/app.ts';
import type { DatabaseServer } from '../support/database-server.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { pg } from '../support/pg.ts';
import { startPostgres } from '../support/postgres.ts';
import { describeWithServers } from '../support/servers.ts';
import { poll, statuses } from './admin-poll.ts';

const PATIENT = { timeout: 30_000 };

const configFor = (port: number): string => `
runtime:
  health_checks:
    interval: 1s
    timeout: 500ms
    failure_threshold: 2
    degraded_mode: { disable_features: [recommendations] }
    providers:
      database: { required: true }
      database_port: { address: "127.0.0.1:${port}", required: false }
      forgotten: {}
`;

interface Service {
  readonly asked: number;
  readonly connections: number;
  readonly recommendations: boolean;
}

async function service(app: App): Promise<Service> {
  await expect.poll(() => app.stdout, PATIENT).toContain('\n');
  return (await (await fetch(app.stdout.trim())).json()) as Service;
}

async function becomes(app: App, status: number, failing: readonly string[]): Promise<void> {
  await expect
    .poll(async () => {
      const response = await app.admin('/readyz');
      return [response.status, ((await response.json()) as { readonly failing: string[] }).failing.sort()];
    }, PATIENT)
    .toEqual([status, failing]);
}

async function checkOf(app: App, name: string): Promise<unknown> {
  const { checks } = (await (await app.admin('/healthz?verbose')).json()) as {
    readonly checks: Record<string, readonly unknown[]>;
  };
  return checks[name]?.[0];
}

/** The changes of state that the application logged, of a check or of the whole. */
function changes(app: App, check?: string): string[] {
  const lines = app.stderr.split('\n').filter((line) => line.startsWith('{'));
  return lines.flatMap((line) => {
    const { event, ...attributes } = JSON.parse(line) as Record<string, string>;
    const wanted = check === undefined ? 'crossbridge.health.overall_changed' : 'crossbridge.health.changed';
    if (event !== wanted || attributes['crossbridge.health.check'] !== check) return [];
    return [`${attributes.level}: ${attributes['crossbridge.health.from']} > ${attributes['crossbridge.health.to']}`];
  });
}

describeWithServers(['postgres'], 'A service whose PostgreSQL goes away and comes back', () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  const start = (port: number): Promise<App> =>
    startApp({
      app: 'database.mjs',
      config: `${configFor(port)}  telemetry: { log_level: info }\n`,
      env: { DATABASE_URL: server.url.replace(String(server.port), String(port)) },
    });

  it('is not ready while it is down, never dead, and ready by itself once it is back', async () => {
    await using app = await start(server.port);
    expect((await app.admin('/startupz')).status).toBe(503);
    await becomes(app, 200, []);
    expect((await service(app)).recommendations).toBe(true);
    // What a check tells is shown, but for what is secret.
    expect(await checkOf(app, 'database')).toMatchObject({
      checkStatus: 'healthy',
      details: { name: 'postgres', connectionString: `postgres://***@127.0.0.1:${server.port}/postgres` },
    });

    const lives = poll(`http://127.0.0.1:${app.adminPort}/livez`);
    await server.kill();
    await becomes(app, 503, ['database', 'database_port']);
    expect(await (await app.admin('/readyz')).json()).toMatchObject({ output: 'health is unhealthy' });
    expect(await checkOf(app, 'database')).toMatchObject({
      required: true,
      output: expect.stringMatching(/^Check failed: .*(ECONNREFUSED|ECONNRESET|terminated unexpectedly)/),
    });
    expect((await service(app)).recommendations).toBe(false);
    await server.restart();
    await becomes(app, 200, []);
    await expect.poll(async () => (await service(app)).recommendations, PATIENT).toBe(true);
    expect(statuses(await lives.stop())).toEqual([200]);

    expect(changes(app, 'database')).toEqual([
      'info: unknown > healthy',
      'error: healthy > unhealthy',
      'info: unhealthy > healthy',
    ]);
    expect(changes(app)[0]).toBe('info: unknown > healthy');
    expect(changes(app).at(-1)).toMatch(/^info: .* > healthy$/);
    const metrics = await (await app.admin('/metrics')).text();
    expect(metrics).toMatch(
      /^crossbridge_health_status\{crossbridge_health_check="database",crossbridge_health_status="healthy",.*\} 1$/m,
    );
    expect(metrics).toMatch(
      /^crossbridge_health_transitions_total\{crossbridge_health_check="database",crossbridge_health_from="healthy",crossbridge_health_to="unhealthy",.*\} 1$/m,
    );
    expect(metrics).toMatch(
      /^crossbridge_health_check_duration_seconds_count\{crossbridge_health_check="database",crossbridge_health_status="unhealthy",.*\} [1-9]/m,
    );
    expect(app.stderr + metrics).not.toContain('crossbridge:crossbridge@');
    // Long enough after the start, it says what only looks as if it were watched.
    await expect.poll(() => app.stderr, PATIENT).toContain('health_checks.providers names forgotten, but nothing');
  });

  it('asks one that hangs no more than once, and takes it back when it goes on', async () => {
    await using app = await start(server.port);
    await becomes(app, 200, []);
    await server.pause();
    // Its port is still open: the kernel accepts connections for it.
    await becomes(app, 503, ['database']);
    const { asked } = await service(app);
    await expect
      .poll(async () => ((await checkOf(app, 'database')) as { readonly inARow: number }).inARow, PATIENT)
      .toBeGreaterThanOrEqual(5);
    expect(await service(app)).toMatchObject({ asked, connections: 1 });
    expect(await checkOf(app, 'database')).toMatchObject({ output: expect.stringContaining('is still running since') });
    server.resume();
    await becomes(app, 200, []);
    expect((await service(app)).asked).toBeGreaterThan(asked);
  });

  it('is asked again although nothing ever tells that the connection to it is dead', async () => {
    const proxy = await startFaultProxy(server.port);
    const url = server.url.replace(String(server.port), String(proxy.port));
    const pool = new pg.Pool({ connectionString: url });
    pool.on('error', () => {});
    const { registry, clock } = registryIn({ intervalMs: 5_000, timeoutMs: 1_000 });
    registry.register('database', async () => (await pool.query('select 1 as one')).rowCount === 1);
    try {
      expect(await registry.run('database')).toMatchObject({ status: 'healthy' });
      proxy.on('select 1 as one', 'stall-request');
      const stalled = registry.run('database');
      await expect.poll(() => proxy.seen('select 1 as one'), PATIENT).toBe(2);
      await clock.advance(1_000);
      expect(await stalled).toMatchObject({ message: 'Check timed out after 1000 ms' });
      await clock.advance(59_000);
      expect(await registry.run('database')).toMatchObject({ message: expect.stringContaining('is still running') });
      await clock.advance(1_000);
      expect(await registry.run('database')).toMatchObject({ status: 'healthy' });
    } finally {
      await proxy.stop();
      await pool.end();
    }
  });
});
