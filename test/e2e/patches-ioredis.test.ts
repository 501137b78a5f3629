import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, runApp } from '../support/app.ts';
import type { DatabaseServer } from '../support/database-server.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { KIND, startOtlpBackend } from '../support/otlp-backend.ts';
import { startRedis } from '../support/redis-server.ts';
import { describeWithServers } from '../support/servers.ts';

const POLICIES = `
runtime:
  operations:
    redis.command:
      retry: { max_attempts: 4, base_delay: 10ms, jitter: none }
      circuit_breaker: { consecutive_failures: 20 }
      bulkhead: { limit: 20, queue: 100 }
      timeout: { attempt: 5s, total: 30s }
      rate_limit: { capacity: 10000, window: 1s }
`;
const NONE = 'runtime: { admin: { enabled: false } }';
const STEPS =
  'values mistakes callbacks unawaited pipelines transactions scripts waiting news streams options selected monitored';
const JOBS = 'queue lock optimistic pipelines scans chat requests types ends';
const OTEL = './test/e2e/apps/ioredis/otel.mjs';
const AGENT = '@crossbridge/agent';

describeWithServers(['redis'], 'an application that uses ioredis', () => {
  let server: DatabaseServer;
  let proxy: FaultProxy;
  beforeAll(async () => {
    server = await startRedis();
    proxy = await startFaultProxy(server.port);
  });
  afterEach(() => proxy.calm());
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  const run = (app: string, steps: string, config: string, more: object = {}, env: object = {}): Promise<Ended> =>
    runApp({
      app: `ioredis/${app}`,
      config,
      env: { STEPS: steps, REDIS_URL: `redis://127.0.0.1:${proxy.port}`, ...env },
      ...more,
    });

  describe.each(['app.mjs', 'app.cjs'])('(%s)', (app) => {
    it('prints the same with and without the flag, with and without policies', async () => {
      const without = await run(app, STEPS, NONE, { flags: [] });
      expect(without).toMatchObject({ code: 0, stderr: '' });
      expect(without.stdout.trim().split('\n')).toHaveLength(STEPS.split(' ').length + 1);
      expect(await run(app, STEPS, NONE)).toEqual(without);
      expect(await run(app, STEPS, POLICIES)).toEqual(without);
    });

    it('prints the same when it has a queue, a lock and a chat', async () => {
      const env = { PROGRAM: './jobs.cjs' };
      const without = await run(app, JOBS, NONE, { flags: [] }, env);
      expect(without).toMatchObject({ code: 0, stderr: '' });
      expect(without.stdout.trim().split('\n')).toHaveLength(JOBS.split(' ').length + 1);
      expect(await run(app, JOBS, POLICIES, {}, env)).toEqual(without);
    });

    it('counts once when a reply is lost, and twice as ioredis does without policies', async () => {
      proxy.on('incr', 'lose-reply');
      expect((await run(app, 'lost', NONE)).stdout).toBe('lost: ["ok","2"]\n');
      proxy.on('incr', 'lose-reply');
      expect((await run(app, 'lost', POLICIES)).stdout).toBe('lost: ["Connection is closed.","1"]\n');
    });
  });

  // An application that is an ES module has no such spans of its own: the instrumentation only sees what is required.
  it.each([
    ['after', ['--import', AGENT, '--import', OTEL]],
    ['before', ['--import', OTEL, '--import', AGENT]],
  ])('keeps its own instrumentation inside of the policies when that begins %s the agent', async (_, flags) => {
    await using backend = await startOtlpBackend();
    proxy.on('incr', 'lose-reply');
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
    const ended = await run('app.cjs', 'lost callbacks', POLICIES, { flags }, env);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('lost: ["Connection is closed.","1"]');
    // Those that ioredis keeps until there is a connection have no parent: it sends them for nobody.
    const ours = new Set(backend.spans.flatMap(({ kind, spanId }) => (kind === KIND.internal ? [spanId] : [])));
    const commands = backend.spans.filter(({ name, kind }) => kind === KIND.client && ['incr', 'lpush'].includes(name));
    expect(commands.map(({ name }) => name).sort()).toEqual(['incr', 'lpush']);
    expect(commands.filter(({ parentSpanId }) => !ours.has(parentSpanId as string))).toEqual([]);
  });
});
