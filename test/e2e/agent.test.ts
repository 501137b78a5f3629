import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort, runApp, startApp } from '../support/app.ts';
import { answerCompletion, answerStream } from '../support/openai-api.ts';
import { KIND, startOtlpBackend } from '../support/otlp-backend.ts';
import { type Answer, failFirst, json, startUpstream } from '../support/upstream.ts';

const config = `
runtime:
  operations:
    plain: { retry: { max_attempts: 3, base_delay: 1ms }, circuit_breaker: true, timeout: { total: 20s, attempt: 5s } }
    ai: { retry: { max_attempts: 3, base_delay: 1ms } }
  upstreams:
    - match: { host: 127.0.0.1, path: /plain }
      operation: plain
    - match: { host: 127.0.0.1, path: /v1/** }
      operation: ai
`;

/** Answers as the API does, but only every third time: each call of a client needs all its three attempts. */
const flaky: Answer = (response, request, index) => {
  if (index % 3 < 2) json(response, 503, { error: { message: 'not now' } });
  else if (request.path === '/plain') json(response, 200, { body: request.body });
  else if (request.body.includes('"stream":true')) answerStream(response, ['one ', 'two']);
  else if (request.body.includes('response_format')) answerCompletion(response, '{"answer":42}');
  else answerCompletion(response, 'hi');
};

describe.each(['client.mjs', 'client.cjs'])('%s under the flag', (app) => {
  it('has every call retried, with nothing of it changed', async () => {
    await using upstream = await startUpstream(flaky);
    await using backend = await startOtlpBackend();
    const ended = await runApp({
      app,
      config,
      env: {
        UPSTREAM_URL: upstream.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      },
    });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toEqual({
      put: [200, { body: 'a body' }],
      withResponse: ['hi', 200],
      parse: { answer: 42 },
      stream: 'one two',
    });
    expect(upstream.requests).toHaveLength(12);
    expect(upstream.requests.slice(0, 3).map(({ body }) => body)).toEqual(['a body', 'a body', 'a body']);
    // Each attempt is told apart downstream.
    expect(new Set(upstream.requests.map(({ headers }) => headers.traceparent)).size).toBe(12);

    const calls = backend.spans.filter(({ kind }) => kind === KIND.internal);
    expect(calls.filter(({ name }) => name === 'plain' || name === 'ai')).toHaveLength(4);
    for (const call of calls.filter(({ name }) => name === 'plain' || name === 'ai')) {
      expect(call.status).toBe(0);
      const attempts = backend.spans.filter(
        ({ parentSpanId, kind }) => parentSpanId === call.spanId && kind === KIND.client,
      );
      expect(attempts.map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([undefined, 1, 2]);
      expect(attempts.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([503, 503, 200]);
    }
  });

  it('fails as it does without the flag when the upstream is down, after no more attempts than allowed', async () => {
    await using upstream = await startUpstream((response) => json(response, 503, { error: { message: 'down' } }));
    const ended = await runApp({ app, config, env: { UPSTREAM_URL: upstream.url } });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('InternalServerError');
    expect(upstream.requests.map(({ path }) => path)).toEqual([
      '/plain',
      '/plain',
      '/plain',
      '/v1/chat/completions',
      '/v1/chat/completions',
      '/v1/chat/completions',
    ]);
  });
});

async function serviceUrl(app: { readonly stdout: string }): Promise<string> {
  await expect.poll(() => app.stdout, { timeout: 30_000 }).toContain('\n');
  return app.stdout.trim();
}

describe('the agent', () => {
  it('ends the process with exit code 78 and a readable report when the config is bad', async () => {
    const ended = await runApp({ app: 'client.mjs', config: 'runtime:\n  operations:\n    x: { retri: quick }\n' });
    expect(ended.code).toBe(78);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toMatch(/crossbridge\.yml:3:10/);
    expect(ended.stderr).toContain('retry');
  });

  it('says so in metrics and health while an upstream is down, and keeps load away', async () => {
    await using upstream = await startUpstream((response) => json(response, 500, {}));
    await using app = await startApp({
      app: 'server.mjs',
      config: `${config}  circuit_breaker: { consecutive_failures: 3 }\n`,
      env: { UPSTREAM_URL: upstream.url },
    });
    const url = await serviceUrl(app);
    expect((await fetch(url)).status).toBe(500);
    expect(await (await fetch(url)).text()).toBe('circuit_open');
    expect(upstream.requests).toHaveLength(3);
    const ready = await app.admin('/readyz');
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'warn', overallStatus: 'degraded', failing: ['operation:plain'] },
    ]);
    const metrics = await (await app.admin('/metrics')).text();
    expect(metrics).toMatch(
      /^crossbridge_circuit_breaker_state\{crossbridge_operation="plain",crossbridge_circuit_breaker_state="open".*\} 1$/m,
    );
    expect(metrics).toMatch(/^crossbridge_patch_status\{.*module="fetch",crossbridge_patch_status="active".*\} 1$/m);
    expect((await app.admin('/livez')).status).toBe(200);
  });

  it('answers HEAD, refuses other methods, and says what there is', async () => {
    await using app = await startApp({ app: 'server.mjs', config });
    await serviceUrl(app);
    const at = `http://127.0.0.1:${app.adminPort}`;
    await expect.poll(async () => (await app.admin('/readyz')).status, { timeout: 30_000 }).toBe(200);
    const head = await fetch(`${at}/readyz`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const post = await fetch(`${at}/metrics`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await (await fetch(`${at}/nothing`)).text()).toContain('/metrics /livez /readyz /healthz');
  });

  it('lets the application run on when the admin port is taken', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    try {
      await using upstream = await startUpstream(failFirst(2, 503));
      const env = { UPSTREAM_URL: upstream.url };
      await using app = await startApp({ app: 'server.mjs', config, env, adminPort: port });
      expect((await fetch(await serviceUrl(app))).status).toBe(200);
      await expect.poll(() => app.stderr.match(/the port is taken/g), { timeout: 30_000 }).toHaveLength(1);
    } finally {
      blocker.close();
    }
  });

  it('lets the application run on when the collector is nowhere', async () => {
    await using upstream = await startUpstream(failFirst(2, 503));
    await using app = await startApp({
      app: 'server.mjs',
      config,
      env: {
        UPSTREAM_URL: upstream.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
        OTEL_BSP_SCHEDULE_DELAY: '50',
        OTEL_METRIC_EXPORT_INTERVAL: '200',
      },
    });
    expect((await fetch(await serviceUrl(app))).status).toBe(200);
    await expect.poll(() => app.stderr, { timeout: 30_000 }).toContain('ECONNREFUSED');
    expect((await app.admin('/metrics')).status).toBe(200);
  });

  it('exports what is queued on SIGTERM and leaves the exit status of the signal', async () => {
    await using upstream = await startUpstream(failFirst(2, 503));
    await using backend = await startOtlpBackend();
    await using app = await startApp({
      app: 'server.mjs',
      config,
      env: {
        UPSTREAM_URL: upstream.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_BSP_SCHEDULE_DELAY: '3600000',
      },
    });
    await fetch(await serviceUrl(app));
    app.kill('SIGTERM');
    // A shell reports this as 143.
    expect(await app.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(backend.spans.map(({ name }) => name)).toContain('plain');
  });

  it('leaves an application that handles SIGTERM itself to end as it wants, not ready meanwhile', async () => {
    await using app = await startApp({ app: 'server.mjs', config, env: { OWN_SIGTERM: '1' } });
    await serviceUrl(app);
    app.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: 7, signal: null });
  });

  it('counts a handler that runs once and is gone among those that decide how the process ends', async () => {
    await using app = await startApp({ app: 'server.mjs', config, env: { OWN_SIGTERM: 'prepend' } });
    await serviceUrl(app);
    app.kill('SIGTERM');
    expect(await app.ended).toMatchObject({ code: 7, signal: null });
  });

  it('exports the spans of worker threads', async () => {
    await using upstream = await startUpstream(failFirst(1, 503));
    await using backend = await startOtlpBackend();
    const env = {
      UPSTREAM_URL: upstream.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    };
    expect(await runApp({ app: 'worker.mjs', config, env })).toMatchObject({ code: 0, stderr: '' });
    expect(backend.spans.map(({ name }) => name)).toContain('plain');
  });

  it('holds no script up because a collector is down', async () => {
    await using upstream = await startUpstream(failFirst(0, 200));
    const env = { UPSTREAM_URL: upstream.url, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` };
    const startedAtMs = performance.now();
    const ended = await runApp({ app: 'worker.mjs', config, env: { ...env, NO_WORKER: '1' } });
    expect(ended.code).toBe(0);
    // The exporter by itself goes on for ten seconds; the limit is two.
    expect(performance.now() - startedAtMs).toBeLessThan(8_000);
  });

  it('says that there are no metrics where the SDK is switched off, and still hardens', async () => {
    await using upstream = await startUpstream(failFirst(2, 503));
    const env = { UPSTREAM_URL: upstream.url, OTEL_SDK_DISABLED: 'true' };
    await using app = await startApp({ app: 'server.mjs', config, env });
    expect((await fetch(await serviceUrl(app))).status).toBe(200);
    expect([(await app.admin('/metrics')).status, (await app.admin('/readyz')).status]).toEqual([503, 200]);
  });

  it('follows its config file while it runs, and keeps the last good one', async () => {
    await using upstream = await startUpstream((response) => json(response, 503, {}));
    await using app = await startApp({ app: 'server.mjs', config, env: { UPSTREAM_URL: upstream.url } });
    const url = await serviceUrl(app);
    await fetch(url);
    expect(upstream.requests).toHaveLength(3);
    app.reconfigure(config.replaceAll('max_attempts: 3', 'max_attempts: 2'));
    await expect.poll(() => app.stderr, { timeout: 30_000 }).toContain('config applied: operations.');
    await fetch(url);
    expect(upstream.requests).toHaveLength(5);
    app.reconfigure('runtime: { operations: { plain: { retri: quick } } }');
    await expect.poll(() => app.stderr, { timeout: 30_000 }).toContain('the last good one stays');
    await fetch(url);
    expect(upstream.requests).toHaveLength(7);
    const metrics = await (await app.admin('/metrics')).text();
    expect(metrics).toMatch(/^crossbridge_config_reloads_total\{[^}]*"applied"[^}]*\} 1$/m);
    expect(metrics).toMatch(/^crossbridge_config_reloads_total\{[^}]*"rejected"[^}]*\} 1$/m);
  });

  it('says what of a changed config waits for the next start', async () => {
    await using app = await startApp({ app: 'server.mjs', config });
    await serviceUrl(app);
    app.reconfigure(
      `${config}  shutdown: { delay: 1s }\n  telemetry: { log_level: info }\n  rate_limiting: { max_keys: 10 }\n`,
    );
    await expect
      .poll(() => app.stderr, { timeout: 30_000 })
      .toContain(
        'what changed in runtime.shutdown, runtime.telemetry, runtime.rate_limiting.max_keys takes effect at the next start',
      );
    app.reconfigure(`${config}  admin: { port: 9999 }\n  shutdown: { delay: 1s }\n  telemetry: { log_level: info }\n`);
    await expect.poll(() => app.stderr, { timeout: 30_000 }).toContain('what changed in runtime.admin, runtime.rate_');
  });

  it('does not keep a process alive that has nothing left to do, even while it is scraped', async () => {
    const ended = await runApp({ app: 'short.mjs', config });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('crossbridge_');
  });

  it('runs for applications that are started with --require too', async () => {
    await using upstream = await startUpstream(flaky);
    const env = { UPSTREAM_URL: upstream.url };
    const ended = await runApp({ app: 'client.cjs', config, env, flags: ['--require', '@crossbridge/agent'] });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(upstream.requests).toHaveLength(12);
  });
});
