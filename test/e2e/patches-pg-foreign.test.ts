import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Ended, runApp } from '../support/app.ts';
import type { DatabaseServer } from '../support/database-server.ts';
import { startPostgres } from '../support/postgres.ts';
import { describeWithServers } from '../support/servers.ts';

const POLICIES = `
runtime:
  admin: { enabled: false }
  operations:
    db.query:
      rate_limit: { capacity: 10000, window: 1s }
      retry: { max_attempts: 3, base_delay: 10ms }
      circuit_breaker: { consecutive_failures: 20 }
      bulkhead: { limit: 50, queue: 400 }
      timeout: { attempt: 10s, total: 40s }
`;

describeWithServers(['postgres'], 'a program that does with pg what people do with it', () => {
  let server: DatabaseServer;

  beforeAll(async () => {
    server = await startPostgres();
  });

  afterAll(() => server?.stop());

  const run = (app: string, config: string, flags?: readonly string[]): Promise<Ended> =>
    runApp({
      app,
      config,
      env: { DATABASE_URL: server.url, NODE_NO_WARNINGS: '1' },
      ...(flags === undefined ? {} : { flags }),
    });

  it.each([
    ['pg-foreign.mjs', 50, 'ended: [true,'],
    ['pg/warehouse.mjs', 11, 'ended ['],
  ])('prints the same whether CrossBridge is there or not (%s)', async (app, lines, last) => {
    const without = await run(app, POLICIES, []);
    expect(without, without.stdout.slice(-300)).toMatchObject({ code: 0, stderr: '' });
    expect(without.stdout.split('\n').length).toBeGreaterThan(lines);
    expect(without.stdout).toContain(last);
    expect(await run(app, 'runtime: { admin: { enabled: false } }')).toEqual(without);
    expect(await run(app, POLICIES)).toEqual(without);
    // Fewer places than connections, so that what a pool asks for itself has to come by those that wait.
    expect(await run(app, POLICIES.replace('limit: 50, queue: 400', 'limit: 2, queue: 400'))).toEqual(without);
  });
});
