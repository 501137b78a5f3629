import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, runApp } from '../support/app.ts';
import type { DatabaseServer } from '../support/database-server.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { startPostgres } from '../support/postgres.ts';
import { describeWithServers } from '../support/servers.ts';

const POLICIES = `
runtime:
  operations:
    db.query:
      retry: { max_attempts: 4, base_delay: 20ms, max_delay: 40ms, jitter: none }
      circuit_breaker: { consecutive_failures: 20 }
      bulkhead: { limit: 20, queue: 20 }
      timeout: { attempt: 5s, total: 30s }
`;

const NONE = 'runtime: { admin: { enabled: false } }';

describeWithServers(['postgres'], 'an application that uses pg', () => {
  let server: DatabaseServer;
  let proxy: FaultProxy;

  beforeAll(async () => {
    server = await startPostgres();
    proxy = await startFaultProxy(server.port);
  });

  afterEach(() => proxy.calm());

  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  const url = (): string => `postgres://crossbridge:crossbridge@127.0.0.1:${proxy.port}/postgres`;

  async function run(app: string, steps: string, config: string, flags?: readonly string[]): Promise<Ended> {
    return runApp({
      app: `pg/${app}`,
      config,
      // pg warns of statements that are not awaited; under policies they wait elsewhere.
      env: { STEPS: steps, DATABASE_URL: url(), NODE_NO_WARNINGS: '1' },
      ...(flags === undefined ? {} : { flags }),
    });
  }

  describe.each(['app.mjs', 'app.cjs'])('(%s)', (app) => {
    it('prints the same with and without the flag while nothing fails, with and without policies', async () => {
      const steps = 'plain burst transaction client';
      const without = await run(app, steps, NONE, []);
      expect(without).toMatchObject({ code: 0, stderr: '' });
      expect(without.stdout).toBe('plain: 42\nburst: ok ok ok ok ok\ntransaction: 23505 25P02\nclient: abc\n');
      expect(await run(app, steps, NONE)).toEqual(without);
      expect(await run(app, steps, POLICIES)).toEqual(without);
    });

    it('does not double an INSERT whose reply is lost', async () => {
      proxy.on('insert into orders', 'lose-reply');
      const { stdout } = await run(app, 'insert', POLICIES);
      expect(stdout).toBe('insert: ECONNRESET, 1 rows\n');
    });

    it('repeats an INSERT that certainly did not happen', async () => {
      const without = await run(app, 'refused', NONE);
      expect(without.stdout).toBe('refused: ECONNREFUSED at connection 1\n');
      const { stdout } = await run(app, 'refused', POLICIES);
      expect(stdout).toBe('refused: 7 at connection 3\n');
    });

    it('asks a database that is not there no further once its breaker is open', async () => {
      const { stdout } = await run(
        app,
        'dead plain',
        `
runtime:
  operations:
    db.query: { circuit_breaker: { consecutive_failures: 2, open_for: 1h } }
`,
      );
      expect(stdout).toBe('dead: ECONNREFUSED ECONNREFUSED circuit_open circuit_open circuit_open\n');
    });

    it('is throttled by its limit', async () => {
      const { stdout } = await run(
        app,
        'burst',
        `
runtime:
  operations:
    db.query: { rate_limit: { capacity: 3, window: 1h } }
`,
      );
      expect(stdout).toBe('burst: ok ok ok rate_limited rate_limited\n');
    });

    it('is left alone when the config says so', async () => {
      const { stdout } = await run(app, 'refused', `${POLICIES}  patches: { pg: false }\n`);
      expect(stdout).toBe('refused: ECONNREFUSED at connection 1\n');
    });

    it('has the operation that the config says', async () => {
      const config = POLICIES.replace('db.query', 'orders');
      expect((await run(app, 'refused', config)).stdout).toBe('refused: ECONNREFUSED at connection 1\n');
      const named = `${config}  patches: { pg: { operation: orders } }\n`;
      expect((await run(app, 'refused', named)).stdout).toBe('refused: 7 at connection 3\n');
    });
  });
});
