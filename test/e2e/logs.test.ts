import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { startApp } from '../support/app.ts';
import { json, startUpstream } from '../support/upstream.ts';

const config = `
runtime:
  operations:
    plain: { retry: false, circuit_breaker: { consecutive_failures: 1 } }
  upstreams:
    - match: { host: 127.0.0.1, path: /plain }
      operation: plain
`;

interface LogRecord {
  readonly eventName: string;
  readonly severityText: string;
  readonly traceId: string;
  readonly body: { readonly stringValue: string };
}

interface LogRequest {
  readonly resourceLogs: readonly { readonly scopeLogs: readonly { readonly logRecords: readonly LogRecord[] }[] }[];
}

/** A backend of OTLP/JSON that remembers the log records it was sent. */
async function startLogBackend() {
  const records: LogRecord[] = [];
  const server = createServer(async (request, response) => {
    const { resourceLogs } = JSON.parse(await text(request)) as LogRequest;
    for (const { scopeLogs } of resourceLogs) records.push(...scopeLogs.flatMap(({ logRecords }) => logRecords));
    response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { records, url: `http://127.0.0.1:${port}/v1/logs`, [Symbol.dispose]: () => void server.close() };
}

it('exports changes of state as log records in the trace of their call, at once when the process is told to stop', async () => {
  await using upstream = await startUpstream((response) => json(response, 503, {}));
  using backend = await startLogBackend();
  await using app = await startApp({
    app: 'server.mjs',
    config,
    env: {
      UPSTREAM_URL: upstream.url,
      // The application ends when it wants to, by whatever way: what is queued must not wait for that.
      OWN_SIGTERM: 'late',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: backend.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BLRP_SCHEDULE_DELAY: '3600000',
    },
  });
  await expect.poll(() => app.stdout, { timeout: 30_000 }).toContain('\n');
  const url = new URL(app.stdout.trim());
  await fetch(url);
  expect(backend.records).toEqual([]);
  const unfinished = connect(Number(url.port), url.hostname);
  try {
    unfinished.write('GET / HTTP/1.1\r\n');
    await once(unfinished, 'connect');
    app.kill('SIGTERM');
    await expect.poll(() => backend.records, { timeout: 20_000 }).not.toEqual([]);
  } finally {
    unfinished.destroy();
  }
  const opened = backend.records.find(({ eventName }) => eventName === 'crossbridge.circuit_breaker.state_changed');
  expect(opened).toMatchObject({
    severityText: 'WARN',
    body: { stringValue: "The circuit breaker of 'plain' went from closed to open" },
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
  expect(app.stderr).not.toContain('{');
});
