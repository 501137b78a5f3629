import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, runApp } from '../support/app.ts';
import type { DatabaseServer } from '../support/database-server.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { startMariadb } from '../support/mariadb.ts';
import { KIND, startOtlpBackend } from '../support/otlp-backend.ts';
import { describeWithServers } from '../support/servers.ts';

const POLICIES = `
runtime:
  operations:
    db.query:
      retry: { max_attempts: 4, base_delay: 10ms, jitter: none }
      circuit_breaker: { consecutive_failures: 20 }
      bulkhead: { limit: 20, queue: 100 }
      timeout: { attempt: 5s, total: 30s }
      rate_limit: { capacity: 10000, window: 1s }
`;
const NONE = 'runtime: { admin: { enabled: false } }';
const STEPS =
  'schema products duplicate mistakes orders crowd callbacks promisified streams manual single cluster events';
const LEDGER = 'accounts moves savepoints deadlock reports prepared several requests ends throws';
const OTEL = './test/e2e/apps/mysql2/otel.mjs';
const AGENT = '@crossbridge/agent';

describeWithServers(['mariadb'], 'an application that uses mysql2', () => {
  let server: DatabaseServer;
  let proxy: FaultProxy;
  beforeAll(async () => {
    server = await startMariadb();
    proxy = await startFaultProxy(server.port);
  });
  afterEach(() => proxy.calm());
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  const run = (app: string, steps: string, config: string, more: object = {}, env: object = {}): Promise<Ended> =>
    runApp({
      app: `mysql2/${app}`,
      config,
      env: { STEPS: steps, DATABASE_URL: server.url.replace(`${server.port}`, `${proxy.port}`), ...env },
      ...more,
    });

  describe.each(['app.mjs', 'app.cjs'])('(%s)', (app) => {
    it('prints the same with and without the flag, with and without policies', async () => {
      const without = await run(app, STEPS, NONE, { flags: [] });
      expect(without).toMatchObject({ code: 0, stderr: '' });
      expect(without.stdout.trim().split('\n')).toHaveLength(STEPS.split(' ').length);
      expect(await run(app, STEPS, NONE)).toEqual(without);
      expect(await run(app, STEPS, POLICIES)).toEqual(without);
    });

    it('prints the same when it keeps accounts', async () => {
      const env = { PROGRAM: './ledger.cjs' };
      const without = await run(app, LEDGER, NONE, { flags: [] }, env);
      expect(without).toMatchObject({ code: 0, stderr: '' });
      expect(without.stdout.trim().split('\n')).toHaveLength(LEDGER.split(' ').length);
      expect(await run(app, LEDGER, POLICIES, {}, env)).toEqual(without);
    });

    it('writes once when a reply is lost', async () => {
      proxy.on("values ('lost'", 'lose-reply');
      const { stdout } = await run(app, 'schema lost', POLICIES);
      expect(stdout).toContain('lost: ["ECONNRESET",1]');
    });

    it.each([
      ['after', ['--import', AGENT, '--import', OTEL]],
      ['before', ['--import', OTEL, '--import', AGENT]],
    ])('keeps its own instrumentation inside of the policies when it begins %s the agent', async (_, flags) => {
      await using backend = await startOtlpBackend();
      proxy.on('crossbridge', 'lose-request');
      const ended = await run(
        app,
        'schema crowd',
        POLICIES,
        { flags },
        {
          OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        },
      );
      expect(ended.code).toBe(0);
      // Each call has one span of its statement below it, and no call is below a statement.
      const ours = new Set(backend.spans.flatMap(({ kind, spanId }) => (kind === KIND.internal ? [spanId] : [])));
      const statements = backend.spans.filter(({ name, kind }) => name === 'select' && kind === KIND.client);
      expect(statements).toHaveLength(40);
      expect(statements.filter(({ parentSpanId }) => !ours.has(parentSpanId as string))).toEqual([]);
    });
  });
});
