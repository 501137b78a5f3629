import { describe, expect, it } from 'vitest';
import { aiService, faulty } from '../support/ai-service.ts';
import { runApp } from '../support/app.ts';
import { KIND, startOtlpBackend } from '../support/otlp-backend.ts';
import { type Answer, startUpstream } from '../support/upstream.ts';

const NONE = 'runtime: { admin: { enabled: false } }';

const POLICIES = `
runtime:
  operations:
    ai_generate:
      rate_limit: { capacity: 1000, window: 60s }
      retry: { max_attempts: 4, base_delay: 1ms, max_delay: 5ms }
      circuit_breaker: { consecutive_failures: 100 }
      bulkhead: { limit: 20, queue: 20 }
      timeout: { attempt: 10s, total: 60s }
  upstreams:
    - match: { host: 127.0.0.1 }
      operation: ai_generate
`;

/** No rule of upstreams: the operation belongs to the modules. */
const BY_MODULE = `
runtime:
  patches: { openai: { operation: mine }, "@anthropic-ai/sdk": { operation: mine } }
  operations:
    mine: { retry: { max_attempts: 4, base_delay: 1ms, max_delay: 5ms }, retry_budget: false }
`;

interface Ran {
  readonly output: string;
  readonly requests: number;
}

async function run(app: string, answer: Answer, config: string, flags?: readonly string[]): Promise<Ran> {
  await using upstream = await startUpstream(answer);
  const ended = await runApp({
    app,
    config,
    env: { UPSTREAM_URL: upstream.url },
    ...(flags === undefined ? {} : { flags }),
  });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return { output: ended.stdout.replaceAll(String(upstream.port), 'PORT'), requests: upstream.requests.length };
}

describe.each([
  ['ai/openai.mjs', 25],
  ['ai/anthropic.mjs', 25],
  ['ai/openai-desk.mjs', 9],
])('%s', (app, lines) => {
  it('prints the same with the flag as without, whatever the config says', async () => {
    const plain = await run(app, aiService, NONE, []);
    expect(plain.output.split('\n').length).toBeGreaterThan(lines);
    expect(await run(app, aiService, NONE)).toEqual(plain);
    // A status such as 429 is asked for again there.
    expect((await run(app, aiService, POLICIES)).output).toBe(plain.output);
    expect((await run(app, aiService, BY_MODULE)).output).toBe(plain.output);
  });
});

// What asks for much at once is refused by chance more often than it may try.
describe.each(['ai/openai.mjs', 'ai/anthropic.mjs'])('%s', (app) => {
  it('prints the same under policies while every other request is refused', async () => {
    const plain = await run(app, aiService, NONE, []);
    for (const config of [POLICIES, BY_MODULE]) {
      const refused = await run(app, faulty(aiService), config);
      expect(refused.output).toBe(plain.output);
      expect(refused.requests).toBeGreaterThan(plain.requests * 1.4);
    }
  });
});

describe('the spans of Anthropic’s SDK', () => {
  it('tell of the call and are not doubled, with an attempt below for each request', async () => {
    await using upstream = await startUpstream(faulty(aiService));
    await using backend = await startOtlpBackend();
    const env = {
      UPSTREAM_URL: upstream.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    };
    expect(await runApp({ app: 'ai/one-message.mjs', config: POLICIES, env })).toMatchObject({ code: 0, stderr: '' });
    const calls = backend.spans.filter(({ name }) => name === 'anthropic.messages.create');
    expect(calls).toHaveLength(2);
    for (const call of calls) {
      expect(call.attributes).toMatchObject({ 'crossbridge.operation': 'ai_generate', 'crossbridge.call.attempts': 2 });
      const below = backend.spans.filter(({ parentSpanId }) => parentSpanId === call.spanId);
      const attempts = below.filter(({ kind }) => kind === KIND.client);
      expect(attempts.map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([undefined, 1]);
    }
    expect(backend.spans.map(({ name }) => name)).not.toContain('ai_generate');
  });
});
