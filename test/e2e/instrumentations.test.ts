import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Ended, runApp } from '../support/app.ts';
import type { DatabaseServer } from '../support/database-server.ts';
import { startMariadb } from '../support/mariadb.ts';
import { KIND, type OtlpBackend, type ReceivedSpan, startOtlpBackend } from '../support/otlp-backend.ts';
import { startPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis-server.ts';
import { describeWithServers } from '../support/servers.ts';
import { failFirst, startUpstream, type Upstream } from '../support/upstream.ts';

const SERVER = 2;

const config = `
runtime:
  operations:
    upstream: { retry: { max_attempts: 3, base_delay: 1ms } }
  upstreams:
    - match: { host: 127.0.0.1, path: /fetch }
      operation: upstream
`;

describeWithServers(['postgres', 'mariadb', 'redis'], 'the instrumentations of the agent', () => {
  let servers: readonly [postgres: DatabaseServer, mariadb: DatabaseServer, redis: DatabaseServer];
  let upstream: Upstream;
  let backend: OtlpBackend;

  beforeAll(async () => {
    servers = await Promise.all([startPostgres(), startMariadb(), startRedis()]);
  });

  afterAll(async () => {
    await Promise.all((servers ?? []).map((server) => server.stop()));
  });

  async function run(app: string, env: Readonly<Record<string, string>> = {}, text: string = config): Promise<Ended> {
    const [postgres, mariadb, redis] = servers;
    return runApp({
      app,
      config: text,
      env: {
        UPSTREAM_URL: upstream.url,
        POSTGRES_URL: postgres.url,
        MARIADB_URL: mariadb.url,
        REDIS_URL: redis.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        ...env,
      },
    });
  }

  /** The spans of what one request asked for, by name, each below the one that it is part of. */
  function tree(spans: readonly ReceivedSpan[]): string[] {
    const server = spans.filter(({ kind }) => kind === SERVER);
    expect(server).toHaveLength(1);
    const below = (parent: string | undefined, depth: number): string[] =>
      spans
        .filter(({ parentSpanId }) => parentSpanId === parent)
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .flatMap((span) => [`${'  '.repeat(depth)}${span.name}`, ...below(span.spanId, depth + 1)]);
    return below(server[0]?.spanId, 0);
  }

  for (const app of ['spans/app.mjs', 'spans/app.cjs']) {
    it(`tell of everything that ${app} sends and answers, calls below the request that they are made for`, async () => {
      await using own = await startUpstream(failFirst(0, 200));
      await using ownBackend = await startOtlpBackend();
      [upstream, backend] = [own, ownBackend];
      let first = true;
      upstream.answer = (response, request) => {
        const refuse = request.path === '/fetch' && first;
        if (refuse) first = false;
        response.writeHead(refuse ? 503 : 200).end();
      };
      expect(await run(app)).toMatchObject({ code: 0, stdout: 'done\n', stderr: '' });
      expect(tree(backend.spans)).toEqual([
        'GET',
        'GET',
        'get',
        'pg-pool.connect',
        'pg.query:SELECT postgres',
        'redis-GET',
        'select',
        'upstream',
        '  GET',
        '  GET',
      ]);
      const resends = backend.spans.map(({ attributes }) => attributes['http.request.resend_count']);
      expect(resends.filter((count) => count !== undefined)).toEqual([1]);
      // Neither what the exporter sends nor what is asked of the agent.
      const ports = new Set(backend.spans.map(({ attributes }) => attributes['server.port']));
      expect(ports).not.toContain(Number(new URL(backend.url).port));
    });
  }

  it('are left out one by one, or all but some', async () => {
    await using own = await startUpstream(failFirst(0, 200));
    upstream = own;
    const kinds = async (env: Readonly<Record<string, string>>): Promise<readonly string[]> => {
      await using ownBackend = await startOtlpBackend();
      backend = ownBackend;
      expect(await run('spans/app.mjs', env)).toMatchObject({ code: 0, stdout: 'done\n', stderr: '' });
      const names = backend.spans.filter(({ kind }) => kind === SERVER || kind === KIND.client).map(({ name }) => name);
      return [...new Set(names)].toSorted();
    };
    const pg = ['pg-pool.connect', 'pg.connect', 'pg.query:SELECT postgres'];
    // Those for Redis tell only of what has a parent.
    expect(await kinds({ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'http, undici,mysql2,redis' })).toEqual(pg);
    const some = { OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'mysql2 , pg', OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'mysql2' };
    expect(await kinds(some)).toEqual(pg);
  });
});
