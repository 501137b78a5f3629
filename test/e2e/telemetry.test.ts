import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { startOtlpBackend } from '../support/otlp-backend.ts';
import { json, startUpstream } from '../support/upstream.ts';

const config = `
runtime:
  operations:
    plain: { retry: { max_attempts: 3, base_delay: 1ms }, circuit_breaker: { consecutive_failures: 3 } }
  upstreams:
    - match: { host: 127.0.0.1, path: /plain }
      operation: plain
`;

async function serviceUrl(app: App): Promise<string> {
  await expect.poll(() => app.stdout, { timeout: 30_000 }).toContain('\n');
  return app.stdout.trim();
}

const OPENMETRICS = { headers: { accept: 'application/openmetrics-text;version=1.0.0' } };

describe('the telemetry of the agent', () => {
  it('keeps the trace of a call that hurt while nothing is sampled, and links its bucket to it', async () => {
    // The third of five calls meets a failure first.
    await using upstream = await startUpstream((response, _request, index) =>
      json(response, index === 2 ? 503 : 200, { index }),
    );
    await using backend = await startOtlpBackend();
    await using app = await startApp({
      app: 'server.mjs',
      config,
      env: {
        UPSTREAM_URL: upstream.url,
        OTEL_TRACES_SAMPLER: 'always_off',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${backend.url}/v1/traces`,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_BSP_SCHEDULE_DELAY: '50',
      },
    });
    const url = await serviceUrl(app);
    for (let call = 0; call < 5; call += 1) expect((await fetch(url)).status).toBe(200);
    await expect.poll(() => backend.spans.map(({ name }) => name), { timeout: 30_000 }).toContain('plain');
    const [kept, ...others] = backend.spans.filter(({ name }) => name === 'plain');
    expect(others).toEqual([]);
    expect(kept?.attributes).toMatchObject({ 'crossbridge.call.kept': true, 'crossbridge.call.attempts': 2 });
    // The attempt that failed before the call was kept, and the one after, whose request is the client span of an instrumentation.
    // The wait between them is a span of its own where a busy machine makes it last.
    const names = backend.spans.map(({ name }) => name).filter((name) => name !== 'crossbridge.wait');
    expect(names.sort()).toEqual(['GET', 'plain', 'plain attempt']);
    const scrape = await app.admin('/metrics', OPENMETRICS);
    expect(scrape.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const text = await scrape.text();
    expect(text.endsWith('# EOF\n')).toBe(true);
    const linked = [...text.matchAll(/^crossbridge_call_duration_seconds_bucket\{.*\} \d+ # \{trace_id="(\w+)"/gm)];
    expect(linked.map(([, traceId]) => traceId)).toEqual([kept?.traceId]);
    expect(text).not.toContain('process_command');
    const plain = await (await app.admin('/metrics')).text();
    expect(plain).not.toMatch(/# EOF|trace_id/);
    expect(plain).toMatch(/^crossbridge_call_active\{crossbridge_operation="plain",.*\} 0$/m);
  });

  it('counts the spans it loses to a collector that stalls, while calls go on as ever', async () => {
    await using upstream = await startUpstream((response) => json(response, 200, {}));
    const stalled = createServer(() => {}).listen(0, '127.0.0.1');
    await once(stalled, 'listening');
    const { port } = stalled.address() as { port: number };
    await using app = await startApp({
      app: 'server.mjs',
      config,
      env: {
        UPSTREAM_URL: upstream.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_BSP_MAX_QUEUE_SIZE: '8',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '4',
        OTEL_BSP_SCHEDULE_DELAY: '10',
      },
    });
    const url = await serviceUrl(app);
    for (let call = 0; call < 40; call += 1) expect((await fetch(url)).status).toBe(200);
    const lost = async (): Promise<number> => {
      const text = await (await app.admin('/metrics')).text();
      return Number(/^otel_sdk_processor_span_processed_total\{.*error_type="queue_full".*\} (\d+)$/m.exec(text)?.[1]);
    };
    await expect.poll(lost, { timeout: 30_000 }).toBeGreaterThan(0);
    stalled.close();
  });

  it('writes changes of state as lines of JSON, from its level on', async () => {
    await using upstream = await startUpstream((response) => json(response, 503, {}));
    await using app = await startApp({
      app: 'server.mjs',
      config: `${config}  telemetry: { log_level: info }\n`,
      env: { UPSTREAM_URL: upstream.url },
    });
    const url = await serviceUrl(app);
    await fetch(url);
    await expect.poll(() => app.stderr, { timeout: 30_000 }).toContain('health.overall_changed');
    const lines = app.stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.slice(0, 3).map(({ event }) => event)).toEqual([
      'crossbridge.circuit_breaker.state_changed',
      'crossbridge.health.changed',
      'crossbridge.health.overall_changed',
    ]);
    expect(lines[0]).toMatchObject({
      level: 'warn',
      event: 'crossbridge.circuit_breaker.state_changed',
      message: "The circuit breaker of 'plain' went from closed to open",
      'crossbridge.operation': 'plain',
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });
});
