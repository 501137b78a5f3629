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
      bulkhead: { limit: 50, queue: 100 }
      timeout: { attempt: 10s, total: 40s }
`;

describeWithServers(['postgres'], 'a program that does with pg what people do with it', () => {
  let server: DatabaseServer;

  beforeAll(async () => {
    server = await startPostgres();
  });

  afterAll(() => server?.stop());

  const run = (config: string, flags?: readonly string[]): Promise<Ended> =>
    runApp({
      app: 'pg-foreign.mjs',
      config,
      env: { DATABASE_URL: server.url, NODE_NO_WARNINGS: '1' },
      ...(flags === undefined ? {} : { flags }),
    });

  it('prints the same whether CrossBridge is there or not', async () => {
    const without = await run(POLICIES, []);
    expect(without, without.stdout.slice(-300)).toMatchObject({ code: 0, stderr: '' });
    expect(without.stdout.split('\n').length).toBeGreaterThan(50);
    expect(without.stdout).toContain('ended: [true,');
    expect(await run('runtime: { admin: { enabled: false } }')).toEqual(without);
    expect(await run(POLICIES)).toEqual(without);
  });
});
