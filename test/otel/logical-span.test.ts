import { type Attributes, SpanStatusCode, trace } from '@opentelemetry/api';
import { afterEach, expect, it } from 'vitest';
import { createOtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { startOtel, stopOtel } from '../support/otel.ts';
import { driveCall, FakeNow, SUCCESS } from '../support/otel-driver.ts';

afterEach(stopOtel);

/** Runs `body` inside a span as an AI SDK makes it. */
async function inside(attributes: Attributes, body: () => Promise<void>): Promise<void> {
  await trace.getTracer('ai').startActiveSpan('chat', { attributes }, async (span) => {
    await body();
    span.end();
  });
}

const GENAI = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'anthropic' };

it('writes onto the span that an AI SDK has made for the call, instead of making another', async () => {
  const otel = startOtel();
  const time = new FakeNow();
  const observer = createOtelObserver({ now: time.now });
  await inside(GENAI, () =>
    driveCall(observer, { time }, async (call) => {
      await call.fail('529');
      call.decide('retried', '529', 20);
      await call.attempt();
      return SUCCESS;
    }),
  );
  const [failed, backoff, succeeded, chat, ...others] = await otel.spans();
  expect(others).toEqual([]);
  expect([failed?.name, backoff?.name, succeeded?.name, chat?.name]).toEqual([
    'search attempt',
    'crossbridge.wait',
    'search attempt',
    'chat',
  ]);
  for (const span of [failed, backoff, succeeded]) {
    expect(span?.parentSpanContext?.spanId).toBe(chat?.spanContext().spanId);
  }
  expect(chat?.attributes).toMatchObject({
    ...GENAI,
    'crossbridge.operation': 'search',
    'crossbridge.outcome': 'success',
    'crossbridge.call.attempts': 2,
  });
  expect(chat?.events.map(({ name }) => name)).toEqual(['crossbridge.retry']);
});

it('leaves its status and its end to whoever began it', async () => {
  const otel = startOtel();
  await inside(GENAI, async () => {
    await driveCall(createOtelObserver(), {}, () => ({ outcome: 'error', errorType: '500' }));
    expect(await otel.spans()).toEqual([]);
  });
  const chat = await otel.span('chat');
  expect(chat.status.code).toBe(SpanStatusCode.UNSET);
  expect(chat.attributes['error.type']).toBe('500');
});

it('takes it once: a second call inside it has a span of its own', async () => {
  const otel = startOtel();
  const observer = createOtelObserver();
  await inside(GENAI, async () => {
    await driveCall(observer, { operation: 'first' }, () => SUCCESS);
    await driveCall(observer, { operation: 'second' }, () => SUCCESS);
  });
  expect((await otel.spans()).map(({ name }) => name)).toEqual(['second', 'chat']);
  expect((await otel.span('chat')).attributes['crossbridge.operation']).toBe('first');
});

it('makes its own below any other span', async () => {
  const otel = startOtel();
  await inside({ 'http.request.method': 'GET' }, () => driveCall(createOtelObserver(), {}, () => SUCCESS));
  expect((await otel.spans()).map(({ name }) => name)).toEqual(['search', 'chat']);
});

it.each(['execute_tool', 'invoke_agent'])(
  'makes its own below a span of %s, which is no call of a model',
  async (name) => {
    const otel = startOtel();
    await inside({ ...GENAI, 'gen_ai.operation.name': name }, () => driveCall(createOtelObserver(), {}, () => SUCCESS));
    expect((await otel.spans()).map((span) => span.name)).toEqual(['search', 'chat']);
    expect((await otel.span('chat')).attributes).not.toHaveProperty('crossbridge.operation');
  },
);
