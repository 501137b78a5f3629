import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { json, startUpstream, type Upstream } from '../support/upstream.ts';
import { examine, runDoctor } from './doctor-run.ts';

const FLAG = ['--import', '@crossbridge/agent'] as const;

const CONFIG = `
runtime:
  operations:
    search: { retry: { max_attempts: 3, base_delay: 10ms } }
    db.query: { timeout: { total: 10s } }
  upstreams:
    - { match: { host: 127.0.0.1 }, operation: search }
`;

describe('crossbridge doctor', () => {
  let upstream: Upstream;
  let env: Record<string, string>;
  const directory = mkdtempSync(join(tmpdir(), 'crossbridge-bundle-'));

  beforeEach(async () => {
    upstream = await startUpstream((response) => json(response, 200, {}));
    env = { UPSTREAM_URL: upstream.url };
  });

  afterEach(() => upstream[Symbol.asyncDispose]());

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each(['doctor-good/app.mjs', 'doctor-good/app.cjs'])('finds nothing wrong with %s', async (app) => {
    const seen = await examine([app], CONFIG, { env });
    expect(seen.found('attention')).toEqual([]);
    expect(seen).toMatchObject({ code: 0, stderr: 'answered 200\n', report: { healthy: true } });
    expect(seen.found('ok')).toEqual(
      expect.arrayContaining([
        'fetch is patched; runtime.upstreams decides: search',
        expect.stringMatching(/^pg 8\.\d+\.\d+ is patched; its calls belong to db\.query$/),
        `openai at 127.0.0.1:${upstream.port}: its own 3 attempts are held back, search retries: at most 3 attempts a call`,
        'the pool of pg at db.example:5432 (max 10) waits at most 2000 ms for a connection',
        'search: 1 call, 1 attempt, 0 failed or refused',
      ]),
    );
    expect(seen.found('note')).toContain('the command does not load the agent; the doctor did');
    expect(seen.found('note')).toContain('not loaded while it ran: undici, @anthropic-ai/sdk, mysql2, ioredis');
  });

  it('leaves the program what it prints and what it prints it for, and tells how the flag came', async () => {
    const seen = await examine([...FLAG, 'doctor-good/app.mjs'], CONFIG, { env });
    expect(seen.found('ok')).toContain('the agent comes by --import @crossbridge/agent, on the command line');
    const byVariable = await examine(['doctor-good/app.mjs'], CONFIG, {
      env: { ...env, NODE_OPTIONS: '--import=@crossbridge/agent' },
    });
    expect(byVariable.found('ok')).toContain('the agent comes by --import @crossbridge/agent, in NODE_OPTIONS');
  });

  it('looks at what a shell starts', async () => {
    const seen = await examine(['-c', `'${process.execPath}' doctor-good/app.mjs && true`], CONFIG, {
      env,
      program: '/bin/sh',
    });
    expect(seen.found('ok')).toContain('search: 1 call, 1 attempt, 0 failed or refused');
    expect(seen.code).toBe(0);
  });

  it('tells of pools and queues without bound, and not whose they are', async () => {
    const seen = await examine(['doctor-pools/app.mjs'], 'runtime: { operations: { other: { retry: quick } } }', {
      env,
    });
    expect(seen.code).toBe(1);
    expect(seen.found('attention')).toEqual([
      'the pool of pg at db.example:5433 (max 10) has no connectionTimeoutMillis',
      'the pool of mysql2 at sql.example:3306 (connectionLimit 10) has queueLimit 0: no limit',
      'the offline queue of ioredis at redis.example:6379 has no bound (maxRetriesPerRequest: null)',
    ]);
    expect(seen.finding('has no policy: the config has no operation db.query').what).toMatch(
      /^pg 8\.\d+\.\d+ is patched/,
    );
    expect(seen.finding('without end, an INCR too').remedy).toContain('give redis.command a policy');
    expect(seen.finding('went through node:http').level).toBe('note');
    expect(seen.stdout).not.toContain('secret');
  });

  it('takes the policies of an operation for a bound, and a request around its rule for a mistake', async () => {
    const policies = CONFIG.replace('  upstreams', '    redis.command: { timeout: { attempt: 1s } }\n  upstreams');
    const seen = await examine(['doctor-pools/app.mjs'], policies, { env });
    expect(seen.found('attention')).toEqual([
      `1 request to 127.0.0.1:${upstream.port} went through node:http, which the agent does not patch, though search has that host`,
    ]);
    expect(seen.found('ok')).toEqual(
      expect.arrayContaining([
        'the pool of pg at db.example:5433 (max 10) has no limit of its own; db.query bounds the wait',
        'the pool of mysql2 at sql.example:3306 (connectionLimit 10) has no limit of its own; db.query bounds the wait',
        'the offline queue of ioredis at redis.example:6379 has no limit of its own; redis.command bounds the wait',
        'ioredis at redis.example:6379: it sends nothing again by itself, redis.command decides: at most 1 attempts a call',
      ]),
    );
  });

  it('adds up retries that are stacked', async () => {
    const seen = await examine(['doctor-stacked/app.mjs'], CONFIG, { env });
    expect(seen.found('attention')).toEqual([
      'undici (a RetryAgent, or its interceptor) retries beside search: up to 6 × 3 = 18 attempts for one call',
      'the AI SDK (maxRetries: 2) retries beside search: up to 3 × 3 = 9 attempts for one call',
    ]);
    expect(seen.finding('cockatiel').what).toContain('is used by doctor-stacked/app.mjs');
    const alone = await examine(['doctor-stacked/app.mjs'], 'runtime: { retry: { enabled: false } }', { env });
    expect(alone.found('attention')).toEqual([]);
  });

  it('recognises what is in a bundle', async () => {
    const outfile = join(directory, 'bundle.cjs');
    await build({
      entryPoints: [fileURLToPath(new URL('apps/doctor-good/app.cjs', import.meta.url))],
      bundle: true,
      minify: true,
      platform: 'node',
      outfile,
      logLevel: 'error',
      external: ['pg-native'],
    });
    const seen = await examine([outfile], CONFIG, { env });
    expect(seen.found('attention')).toEqual([
      `pg is in ${outfile} itself, where the agent cannot patch it (its texts are in that file)`,
    ]);
    expect(seen.finding(`openai is in ${outfile}`).why).toContain(
      'through the global fetch is under policies all the same',
    );
    expect(seen.found('note')).toContain('not loaded while it ran: undici, @anthropic-ai/sdk, mysql2, ioredis');
  });

  it('tells what was captured early, and by whom', async () => {
    const preloads = ['--require', './doctor-early/setup.cjs', '--import', './doctor-early/setup.mjs'];
    const seen = await examine([...preloads, ...FLAG, 'doctor-early/app.mjs'], CONFIG, { env });
    expect(seen.found('attention')).toEqual([
      'undici was captured early: loaded by doctor-early/setup.cjs before the agent was',
      expect.stringMatching(
        /^openai 7\.\d+\.\d+ is not patched: it was loaded by doctor-early\/setup\.mjs before the agent was$/,
      ),
    ]);
    expect(seen.found('note')).toContain('ran before the agent: doctor-early/setup.cjs, doctor-early/setup.mjs');
  });

  it('names who is in front of fetch', async () => {
    const seen = await examine(['doctor-front/app.mjs'], CONFIG, { env });
    expect(seen.found('attention')).toEqual([
      expect.stringMatching(
        /^fetch is patched, but not outermost: fetch is now watchedFetch \(file:.*\/doctor-front\/watch-fetch\.mjs:4\)$/,
      ),
    ]);
  });

  it('tells of a module that is left alone', async () => {
    const seen = await examine(['doctor-good/app.mjs'], `${CONFIG}  patches: { pg: false }\n`, { env });
    expect(seen.found('note')).toContain('pg is left alone: runtime.patches.pg is false');
  });

  it('tells which threads and processes are without the agent', async () => {
    const seen = await examine([...FLAG, 'doctor-started/app.mjs'], CONFIG, { env });
    expect(seen.found('attention')).toEqual([
      'a worker thread, started by doctor-started/app.mjs, runs without the agent',
      `'${process.execPath} -e 0', started by doctor-started/app.mjs, runs without the agent`,
    ]);
    expect(seen.found('ok')).toContain('worker threads and processes that were started with the agent: 1');
    const byVariable = { ...env, NODE_OPTIONS: '--import @crossbridge/agent' };
    const all = await examine(['doctor-started/app.mjs'], CONFIG, { env: byVariable });
    expect(all.found('attention')).toEqual([]);
    expect(all.found('ok')).toContain('worker threads and processes that were started with the agent: 3');
  });

  it('tells a program to end when its time is over, and lets it end in order', async () => {
    const seen = await examine(['doctor-loop/app.mjs'], CONFIG, { for: '1s' });
    expect(seen).toMatchObject({ code: 0, stderr: 'listening\nclosed in order\n' });
    expect(seen.report.run).toMatch(/doctor-loop\/app\.mjs \(was told to end after 1(\.\d)?s, Node\.js \d+\./);
  });

  it('reports of a program that fails what was seen until then', async () => {
    const seen = await examine(['doctor-ends/app.mjs'], CONFIG);
    expect(seen.found('attention')).toEqual(['the program ended with exit code 3']);
    expect(seen).toMatchObject({ code: 1, stderr: 'about to fail\n' });
    expect(seen.found('ok')).toContain('fetch is patched; runtime.upstreams decides: search');
  });

  it('says what is wrong with the config', async () => {
    const mistaken = await examine(['doctor-good/app.mjs'], 'runtime: { operations: { search: { rety: quick } } }', {
      env,
    });
    expect(mistaken.code).toBe(1);
    expect(mistaken.finding('runtime.operations.search.rety').what).toContain(
      'unknown key "rety"; did you mean "retry"?',
    );
    const doubtful = `${CONFIG}    - { match: { host: shop.example, method: POST }, operation: search }\n`;
    const warned = await examine(['doctor-good/app.mjs'], doubtful, { env });
    expect(warned.found('attention')).toEqual([
      expect.stringContaining('runtime.upstreams[1]: POST and PATCH are not idempotent'),
    ]);
  });

  it('says that nobody was there to look at', async () => {
    const seen = await examine(['-c', 'exit 7'], CONFIG, { program: '/bin/sh' });
    expect(seen.found('attention')).toEqual([
      'no process of Node.js said anything; the command ended with exit code 7',
    ]);
  });

  it('refuses what it does not understand', async () => {
    for (const [args, message] of [
      [[], 'which program? Name it after --'],
      [['node', 'app.js'], "Unexpected argument 'node'"],
      [['--for', 'soon', '--', 'node'], '--for: "soon" is not a usable duration'],
      [['--', './no-such-program'], './no-such-program could not be started: spawn ./no-such-program ENOENT'],
    ] as const) {
      const { code, stdout, stderr } = await runDoctor(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(message);
    }
  });

  it('prints a report for people', async () => {
    const file = join(directory, 'crossbridge.yml');
    writeFileSync(file, 'runtime: { operations: { other: { retry: quick } } }');
    const args = ['--config', file, '--', process.execPath, ...FLAG, 'doctor-pools/app.mjs'];
    const { stdout, code } = await runDoctor(args, env);
    expect(code).toBe(1);
    expect(stdout).toContain(`
Pools and queues
  FIX   the pool of pg at db.example:5433 (max 10) has no connectionTimeoutMillis
        when all connections are taken, or the database does not answer, queries wait without end, and so do the
        requests behind them
        → set connectionTimeoutMillis, or give db.query a timeout or a bulkhead with queue_timeout
`);
    expect(stdout.split('\n').at(-2)).toBe('3 things need attention.');
  });
});

describe('crossbridge doctor, asked about telemetry', () => {
  let collector: Upstream;

  beforeAll(async () => {
    collector = await startUpstream((response, { path, headers }) => {
      if (!path.startsWith('/v1/')) json(response, 404, {});
      else json(response, headers['x-key'] === 'mine' ? 200 : 401, {});
    });
  });

  afterAll(() => collector[Symbol.asyncDispose]());

  const app = ['doctor-loop/app.mjs'];

  it('tries each exporter', async () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=mine',
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${collector.url}/metrics`,
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://127.0.0.1:1/v1/logs',
    };
    const seen = await examine(app, CONFIG, { env, for: '500ms' });
    expect(seen.code).toBe(1);
    expect(seen.found('ok')).toContain(
      `traces to ${collector.url}/v1/traces (http/protobuf): answered 200 to an empty export`,
    );
    expect(seen.found('attention')).toEqual([
      `metrics to ${collector.url}/metrics (http/protobuf): 404`,
      expect.stringMatching(/^logs to http:\/\/127\.0\.0\.1:1\/v1\/logs \(http\/protobuf\): (ECONNREFUSED|bad port)/),
    ]);
    expect(seen.stdout).not.toContain('mine');
    const stranger = await examine(app, CONFIG, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }, for: '500ms' });
    expect(stranger.found('attention')).toEqual([`traces, metrics, logs to ${collector.url} (http/protobuf): 401`]);
    expect(stranger.finding('401').remedy).toBe('set OTEL_EXPORTER_OTLP_HEADERS to what it asks for');
  });

  it('connects to what speaks gRPC', async () => {
    const env = {
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    };
    const seen = await examine(app, CONFIG, {
      env: { ...env, OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' },
      for: '500ms',
    });
    expect(seen.found('ok')).toContain(`traces to ${collector.url}/ (grpc): connected; by gRPC nothing more is tried`);
    expect(seen.found('note')).toContain('not exported: metrics, logs');
  });

  it('says that the port of /metrics is taken', async () => {
    const env = { CROSSBRIDGE_ADMIN_PORT: String(collector.port) };
    const seen = await examine(app, CONFIG, { env, for: '500ms' });
    expect(seen.found('attention')).toEqual([
      `/metrics and the health endpoints: 127.0.0.1:${collector.port} is taken by another process`,
    ]);
  });

  it('finds a second SDK', async () => {
    const seen = await examine(['doctor-second/app.mjs'], CONFIG, { env: { OTEL_TRACES_EXPORTER: 'none' } });
    expect(seen.finding('@opentelemetry/sdk-node').what).toMatch(
      /is loaded by doctor-second\/app\.mjs, beside the SDK of the agent$/,
    );
  });
});
