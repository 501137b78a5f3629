// Uses its own copy of the packages beside that in the register entry.
import { createServer } from 'node:http';
import {
  checkRateLimit,
  getDefaultBridge,
  getHealthRegistry,
  HealthResult,
  isCrossbridgeError,
  RateLimitExceeded,
  RefusalError,
  RetryableError,
  RetryPolicy,
  retryWithBackoff,
} from '@crossbridge/core';
import { ConfigError } from '@crossbridge/core/config';
import { hardenFetch } from '@crossbridge/integrations/fetch';
import { trace } from '@opentelemetry/api';

const hits = {};
const server = createServer((request, response) => {
  hits[request.url] = (hits[request.url] ?? 0) + 1;
  response.writeHead(request.url.startsWith('/flaky') ? 503 : 200).end();
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const url = (path) => `http://127.0.0.1:${server.address().port}${path}`;

const thrownBy = (action) => {
  try {
    return action();
  } catch (error) {
    return error;
  }
};

const bridge = getDefaultBridge();
getHealthRegistry().register('own', async () => new HealthResult({ status: 'degraded', message: 'slow' }));
await fetch(url('/once'));
const refusal = await fetch(url('/once')).catch((error) => error);
checkRateLimit('someone', 'once');
const plainly = thrownBy(() => checkRateLimit('someone', 'once', { raiseOnExceeded: true }));
await hardenFetch(fetch, { bridge })(url('/flaky/by-hand'));
const around = () => fetch(url('/flaky/around')).then(() => Promise.reject(new RetryableError('not ok')));
await retryWithBackoff(around, new RetryPolicy({ maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 })).catch(() => {});
const span = trace.getTracer('application').startSpan('own');

process.stdout.write(
  `${JSON.stringify({
    operations: Object.keys(bridge.config.operations),
    refused: [refusal, plainly].map((error) => [
      error.constructor.name,
      error instanceof RateLimitExceeded,
      error instanceof RefusalError,
      isCrossbridgeError(error),
    ]),
    hits,
    badConfig: thrownBy(() => bridge.apply({ retry: 7 })) instanceof ConfigError,
    checks: bridge.health.names(),
    recording: span.isRecording(),
  })}\n`,
);
server.close();
server.closeAllConnections();
