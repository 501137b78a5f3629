import { describe, expect, it } from 'vitest';
import { patchFindings } from '../../../../packages/agent/src/cli/doctor/findings/patches.ts';
import { programFindings } from '../../../../packages/agent/src/cli/doctor/findings/program.ts';
import { queueFindings } from '../../../../packages/agent/src/cli/doctor/findings/queues.ts';
import { retryFindings } from '../../../../packages/agent/src/cli/doctor/findings/retries.ts';
import { startedFindings } from '../../../../packages/agent/src/cli/doctor/findings/started.ts';
import { telemetryFindings } from '../../../../packages/agent/src/cli/doctor/findings/telemetry.ts';
import { trafficFindings } from '../../../../packages/agent/src/cli/doctor/findings/traffic.ts';
import { overviewOf } from '../../../../packages/agent/src/cli/doctor/overview.ts';
import type { Finding } from '../../../../packages/agent/src/cli/doctor/report.ts';
import type { ClientFacts, PackageFacts, ProcessFacts } from '../../../../packages/agent/src/doctor/facts.ts';
import { overview, patchOf, processOf, runOf } from './overviews.ts';

const RETRIED = {
  operations: { search: { retry: { maxAttempts: 4 } }, ai: { retry: { maxAttempts: 2 } }, plain: {} },
  upstreams: [
    { match: { host: 'api.openai.com' }, operation: 'ai' },
    { match: { host: 'plain.example' }, operation: 'plain' },
  ],
} as const;

const ofLevel = (findings: readonly Finding[], level: Finding['level']): string[] =>
  findings.filter((each) => each.level === level).map(({ what }) => what);

function packageOf(name: string, by: readonly string[], facts: Partial<PackageFacts> = {}): PackageFacts {
  return { name, directory: `/srv/node_modules/${name}`, version: '1.0.0', by, ...facts };
}

function redis(settings: ClientFacts['settings']): ClientFacts {
  const usual = { maxRetriesPerRequest: 20, enableOfflineQueue: true, autoResendUnfulfilledCommands: true };
  return { kind: 'ioredis', target: 'redis:6379', settings: { ...usual, commandTimeout: null, ...settings } };
}

describe('retries', () => {
  const sdk = (target: string, maxRetries: number): ClientFacts => ({
    kind: 'openai',
    target,
    settings: { maxRetries, timeout: 600_000 },
  });

  it('of an SDK are held back where an operation retries, and its own elsewhere', () => {
    const clients = [
      sdk('api.openai.com', 2),
      sdk('plain.example', 5),
      sdk('plain.example', 0),
      sdk('other.example', 2),
    ];
    const found = retryFindings(overview(RETRIED, { clients }));
    expect(ofLevel(found, 'ok')).toEqual([
      'openai at api.openai.com: its own 3 attempts are held back, ai retries: at most 2 attempts a call',
      'openai at plain.example has no retries, and no operation gives it any',
      'attempts at most: search 4, ai 2',
    ]);
    expect(ofLevel(found, 'note')).toEqual([
      'openai at plain.example makes up to 6 attempts of its own',
      'openai at other.example makes up to 3 attempts of its own',
    ]);
  });

  it('of a library that the application itself uses are multiplied with the most of ours', () => {
    const packages = [
      packageOf('p-retry', ['/srv/src/retry.js', 'some-sdk']),
      packageOf('got', ['some-sdk']),
      packageOf('retry', ['@crossbridge/agent']),
      packageOf('axios-retry', ['/srv/http.js']),
    ];
    const found = retryFindings(overview(RETRIED, { packages }));
    expect(ofLevel(found, 'attention')).toEqual([
      'p-retry 1.0.0, used by src/retry.js, retries beside search, ai: up to 11 × 4 = 44 attempts for one call',
      'axios-retry 1.0.0, used by http.js, retries beside search, ai: up to 4 × 4 = 16 attempts for one call',
    ]);
    expect(ofLevel(found, 'note')).toEqual([
      'got 1.0.0 is loaded by some-sdk, and may try again what is sent through it',
    ]);
  });

  it('of ours that are only recorded multiply with nothing', () => {
    const packages = [packageOf('p-retry', ['/srv/app.js'])];
    const shadow = { operations: { search: { retry: { maxAttempts: 4, mode: 'shadow' } } } } as const;
    const found = retryFindings(overview(shadow, { packages }));
    expect(found).toEqual([
      { level: 'note', what: 'p-retry 1.0.0, used by app.js, tries again by itself; no operation does' },
    ]);
  });

  it('of the AI SDK are fine with models that are hardened', () => {
    const packages = [packageOf('ai', ['/srv/app.js'])];
    expect(ofLevel(retryFindings(overview(RETRIED, { packages })), 'attention')).toHaveLength(1);
    const found = retryFindings(overview(RETRIED, { packages, byHand: ['ai-sdk'] }));
    expect(ofLevel(found, 'attention')).toEqual([]);
  });

  it('of ioredis are told with their number, and held back under an operation', () => {
    const clients = [redis({})];
    const patches = [patchOf('ioredis')];
    const alone = retryFindings(overview({}, { clients, patches }));
    expect(ofLevel(alone, 'note')).toEqual([
      'ioredis at redis:6379 sends a command whose reply was lost again, up to 21 times, an INCR too',
    ]);
    const config = { operations: { 'redis.command': { retry: { maxAttempts: 3 } } } };
    expect(ofLevel(retryFindings(overview(config, { clients, patches })), 'ok')).toContain(
      'ioredis at redis:6379: it sends nothing again by itself, redis.command decides: at most 3 attempts a call',
    );
    expect(ofLevel(retryFindings(overview(config, { clients })), 'note')).toHaveLength(1);
    expect(retryFindings(overview({}, { clients: [redis({ autoResendUnfulfilledCommands: false })] }))).toEqual([]);
  });
});

describe('pools and queues', () => {
  const pool: ClientFacts = {
    kind: 'pg.Pool',
    target: 'db:5432',
    settings: { max: 10, connectionTimeoutMillis: null },
  };
  const bounded = { operations: { 'db.query': { bulkhead: { limit: 5, queue: 5, queueTimeoutMs: 100 } } } };

  it('of pg are bounded by an operation only if the patch is active and the policy enforced', () => {
    const levels = (config: Parameters<typeof overview>[0], facts: Partial<ProcessFacts>): string[] =>
      queueFindings(overview(config, { clients: [pool], ...facts })).map(({ level }) => level);
    expect(levels(bounded, { patches: [patchOf('pg')] })).toEqual(['ok']);
    expect(levels(bounded, { patches: [patchOf('pg', { status: 'missing' })] })).toEqual(['attention']);
    expect(levels(bounded, {})).toEqual(['attention']);
    const shadow = { operations: { 'db.query': { timeout: { totalMs: 100, mode: 'shadow' } } } } as const;
    expect(levels(shadow, { patches: [patchOf('pg')] })).toEqual(['attention']);
  });

  it('of the same kind and place are told once', () => {
    expect(queueFindings(overview({}, { clients: [pool, pool, { ...pool, target: 'other:5432' }] }))).toHaveLength(2);
  });

  it('of mysql2 and ioredis are told as they are set', () => {
    const mysql = (settings: object): ClientFacts => ({
      kind: 'mysql2 pool',
      target: 'sql:3306',
      settings: { connectionLimit: 10, queueLimit: null, waitForConnections: true, ...settings },
    });
    const clients = [
      mysql({ queueLimit: 7 }),
      mysql({ waitForConnections: false }),
      mysql({}),
      redis({ enableOfflineQueue: false }),
      redis({ commandTimeout: 500 }),
      redis({}),
      redis({ maxRetriesPerRequest: null }),
    ];
    const found = queueFindings(overview({}, { clients }));
    expect(found.map(({ level }) => level)).toEqual(['ok', 'ok', 'attention', 'ok', 'ok', 'note', 'attention']);
    expect(found[0]?.what).toContain('lets at most 7 queries wait');
    expect(found[5]?.what).toContain('keeps commands for up to 20 reconnects');
  });

  it('of a bulkhead that lets wait for ever are told', () => {
    const config = {
      operations: {
        a: { bulkhead: { limit: 1, queue: 9 } },
        b: { bulkhead: { limit: 1 } },
        c: { bulkhead: { limit: 1, queue: 9 }, timeout: { totalMs: 1_000 } },
        d: { bulkhead: { limit: 1, queue: 9, queueTimeoutMs: 50 } },
      },
    };
    expect(ofLevel(queueFindings(overview(config)), 'attention')).toEqual([
      'the bulkhead of a lets 9 calls wait, for ever',
    ]);
  });

  it('of postgres.js are fine once it is hardened', () => {
    const packages = [packageOf('postgres', ['/srv/app.js'])];
    expect(ofLevel(queueFindings(overview({}, { packages })), 'attention')).toHaveLength(1);
    expect(queueFindings(overview({}, { packages, byHand: ['postgres'] }))).toEqual([]);
  });
});

describe('patches', () => {
  it('of a version that is not supported are told with it', () => {
    const copy = { name: 'pg/lib/client', directory: '/srv/node_modules/pg', version: '7.1.0', build: 'cjs' as const };
    const reason = 'pg/lib/client in /srv/node_modules/pg: version 7.1.0 is not supported (8.11 or later)';
    const patches = [patchOf('pg', { status: 'missing', copies: [copy], reason })];
    const [finding] = patchFindings(overview({}, { patches }));
    expect(finding?.what).toBe(`pg 7.1.0 is not patched: ${reason}`);
    expect(finding?.remedy).toMatch(/^install a version that is/);
  });

  it('say which layers somebody else has covered, and with what', () => {
    const inFront = [
      { method: 'query', by: 'query (file:///srv/node_modules/apm/wrap.js:7)' },
      { method: 'connect', by: 'spied (file:///srv/spy.js:2)' },
    ];
    const [finding] = patchFindings(overview({}, { patches: [patchOf('pg', { status: 'not_outermost', inFront })] }));
    expect(finding?.what).toBe(
      'pg is patched, but not outermost: query (file:///srv/node_modules/apm/wrap.js:7); connect is now spied (file:///srv/spy.js:2)',
    );
  });

  it('of all processes are one: what is wrong in one of them counts', () => {
    const active = processOf({}, { patches: [patchOf('pg')] });
    const missing = processOf(
      {},
      { pid: 2, first: false, patches: [patchOf('pg', { status: 'missing', reason: 'odd' })] },
    );
    const idle = processOf({}, { pid: 3, first: false, patches: [patchOf('pg', { status: 'not_loaded' })] });
    const states = (...all: ProcessFacts[]): string | undefined => overviewOf(runOf(all)).patches.get('pg')?.status;
    expect([states(idle, active), states(active, idle), states(active, missing)]).toEqual([
      'active',
      'active',
      'missing',
    ]);
  });
});

describe('the program', () => {
  it('that an old Node.js runs is told so', () => {
    const tooOld = programFindings(overview({}, { agentError: 'Node.js 20.1.0 is too old', canWatchImports: false }));
    expect(ofLevel(tooOld, 'attention')).toEqual(['the agent did not start: Node.js 20.1.0 is too old']);
    const blind = programFindings(overview({}, { node: '22.15.0', canWatchImports: false }));
    expect(ofLevel(blind, 'attention')).toEqual(['Node.js 22.15.0 cannot watch imports']);
  });

  it('that was killed, or said nothing, is told so', () => {
    const killed = programFindings(overviewOf(runOf([processOf({})], { killed: true, stopped: true, code: null })));
    expect(ofLevel(killed, 'attention')).toEqual(['it did not end on SIGTERM and had to be killed']);
    const silent = programFindings(overviewOf(runOf([], { silent: ['7-0'] })));
    expect(ofLevel(silent, 'attention')).toEqual(['the program was told to report and did not']);
  });
});

describe('traffic', () => {
  it('is told by host, without what exporters send', () => {
    const traffic = [
      { host: 'api.openai.com', via: 'fetch', requests: 5, hardened: 5 },
      { host: 'plain.example', via: 'fetch', requests: 4, hardened: 1 },
      { host: 'new.example', via: 'fetch', requests: 2, hardened: 0 },
      { host: 'old.example', via: 'node:http', requests: 3, hardened: 0 },
      { host: 'collector:4318', via: 'node:http', requests: 9, hardened: 0 },
    ] as const;
    const found = trafficFindings(
      overview(RETRIED, {
        traffic,
        packages: [packageOf('axios', ['/srv/app.js'])],
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' },
        calls: [{ operation: 'ai', calls: 5, attempts: 6, failures: 1 }],
      }),
    );
    expect(found.map(({ level, what }) => `${level}: ${what}`)).toEqual([
      'ok: ai: 5 calls, 6 attempts, 1 failed or refused',
      'note: 3 of 4 requests to plain.example had no policy, though plain has that host',
      'note: 2 of 2 requests to new.example had no policy: no rule of runtime.upstreams has that host',
      'note: 3 requests to old.example went through node:http (axios), which the agent does not patch',
    ]);
  });
});

describe('telemetry', () => {
  it('tells copies of the API apart that cannot see the SDK', () => {
    const api = (directory: string, version: string): PackageFacts =>
      packageOf('@opentelemetry/api', ['/srv/app.js'], { directory, version });
    const packages = [api('/srv/a', '1.9.0'), api('/srv/b', '1.10.0')];
    const blind = telemetryFindings(overview({}, { packages, otelApi: '1.9.0' }));
    expect(ofLevel(blind, 'attention')).toEqual([
      '@opentelemetry/api 1.10.0 in /srv/b is newer than the copy through which the SDK was registered (1.9.0)',
    ]);
    expect(telemetryFindings(overview({}, { packages, otelApi: '1.10.0' }))).toEqual([
      { level: 'ok', what: '@opentelemetry/api 1.9.0 and 1.10.0: 2 copies, which see the same SDK' },
    ]);
  });
});

describe('threads and processes', () => {
  it('are those of Node.js, and are known by who answered', () => {
    const started = [
      { kind: 'process', id: 7, what: '/usr/bin/node job.js', by: '/srv/jobs.js' },
      { kind: 'process', id: 8, what: '/usr/bin/convert a b', by: '/srv/jobs.js' },
      { kind: 'process', id: 9, what: 'node other.js', by: undefined },
    ] as const;
    const parent = processOf({}, { started });
    const child = processOf({}, { pid: 9, first: false });
    const found = startedFindings(overviewOf(runOf([parent, child])));
    expect(found.map(({ level, what }) => `${level}: ${what}`)).toEqual([
      "attention: '/usr/bin/node job.js', started by jobs.js, runs without the agent",
      'ok: worker threads and processes that were started with the agent: 1',
    ]);
  });
});
