import { createBridge } from '@crossbridge/core';
import { hardenFetch } from '@crossbridge/integrations/fetch';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { type OperationInput, rejection } from '../../support/bridges.ts';
import { answerCompletion, answerStream } from '../../support/openai-api.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { type Answer, json, startUpstream, type Upstream } from '../../support/upstream.ts';

const retry = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 5, jitter: 'none' } as const;
const question = { model: 'gpt-test', messages: [{ role: 'user' as const, content: 'hello' }] };

interface Setup extends AsyncDisposable {
  readonly upstream: Upstream;
  readonly client: OpenAI;
  readonly observer: RecordingObserver;
}

/** A client as applications make it, with the SDK's own retries left as they are (two), on a hardened fetch. */
async function setUp(answer: Answer, operation: OperationInput = { retry }, timeout = 60_000): Promise<Setup> {
  const upstream = await startUpstream(answer);
  const observer = new RecordingObserver();
  const bridge = createBridge({ operations: { ai: operation } }, { observers: [observer] });
  const fetch = hardenFetch(globalThis.fetch, { bridge, operation: 'ai' });
  const client = new OpenAI({ apiKey: 'sk-test', baseURL: `${upstream.url}/v1`, fetch, timeout });
  return { upstream, client, observer, [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose]() };
}

describe('the OpenAI SDK on a hardened fetch', () => {
  it('has its POST retried, the body whole each time', async () => {
    await using setup = await setUp((response, _, index) =>
      index < 2 ? json(response, 500, { error: { message: 'oops' } }) : answerCompletion(response, 'hi'),
    );
    const answer = await setup.client.chat.completions.create(question);
    expect(answer.choices[0]?.message.content).toBe('hi');
    expect(setup.upstream.requests.map(({ body }) => JSON.parse(body))).toEqual([question, question, question]);
  });

  it('makes no more requests than the policy allows, and raises its own error class', async () => {
    await using setup = await setUp((response) => json(response, 503, { error: { message: 'down' } }));
    const error = await rejection(setup.client.chat.completions.create(question));
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({ status: 503 });
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it('makes no more requests than the policy allows when connections break, and keeps the cause', async () => {
    await using setup = await setUp((response) => response.destroy());
    const error = await rejection(setup.client.chat.completions.create(question));
    expect(error).toBeInstanceOf(OpenAI.APIConnectionError);
    expect(error).toMatchObject({ cause: { message: 'fetch failed' } });
    expect(setup.upstream.requests).toHaveLength(3);
    expect(setup.observer.ofType('call.ended')).toHaveLength(1);
  });

  it('makes no more requests than the policy allows when its own timer cuts each of them', async () => {
    await using setup = await setUp(() => {}, { retry }, 100);
    const error = await rejection(setup.client.chat.completions.create(question));
    expect(error).toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it('never takes one call for another, however many ask for the same at once', async () => {
    const perCall = new Map<string, number>();
    await using setup = await setUp(
      (response, request) => {
        const { user } = JSON.parse(request.body);
        perCall.set(user, (perCall.get(user) ?? 0) + 1);
        response.destroy();
      },
      { retry, retryBudget: false },
    );
    const calls = Array.from({ length: 200 }, (_, index) =>
      rejection(setup.client.chat.completions.create({ ...question, user: `user-${index % 100}` })),
    );
    for (const error of await Promise.all(calls)) expect(error).toBeInstanceOf(OpenAI.APIConnectionError);
    // Each text was sent by two calls, each of which had its three attempts.
    expect(new Set(perCall.values())).toEqual(new Set([6]));
    expect(setup.observer.ofType('call.ended')).toHaveLength(200);
  });

  it('waits out what the server asks for, even where the timer of the SDK cuts the wait', async () => {
    const arrivals: number[] = [];
    await using setup = await setUp(
      (response) => {
        arrivals.push(performance.now());
        json(response, 429, { error: { message: 'later' } }, { 'retry-after': '2' });
      },
      { retry: { ...retry, maxAttempts: 2 } },
      300,
    );
    const patient = setup.client.withOptions({ maxRetries: 8 });
    await rejection(patient.chat.completions.create(question));
    expect(arrivals).toHaveLength(2);
    // A server that says two seconds is not asked before: the one time that is a promise, not a measure of speed.
    expect((arrivals[1] ?? 0) - (arrivals[0] ?? 0)).toBeGreaterThanOrEqual(1_990);
  });

  it('keeps its own retries where the operation has none', async () => {
    await using setup = await setUp(
      (response, _, index) =>
        index < 1
          ? json(response, 500, { error: { message: 'oops' } }, { 'retry-after-ms': '1' })
          : answerCompletion(response, 'hi'),
      { circuitBreaker: {} },
    );
    await setup.client.chat.completions.create(question);
    expect(setup.upstream.requests).toHaveLength(2);
    expect(setup.observer.ofType('call.ended').map(({ outcome }) => outcome)).toEqual(['error', 'success']);
  });

  it('raises a RateLimitError at once when our rate limit refuses', async () => {
    await using setup = await setUp((response) => answerCompletion(response, 'hi'), {
      retry,
      rateLimit: { capacity: 1, windowSeconds: 60 },
    });
    await setup.client.chat.completions.create(question);
    const error = await rejection(setup.client.chat.completions.create(question));
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(setup.upstream.requests).toHaveLength(1);
    expect(setup.observer.ofType('call.ended')).toHaveLength(2);
  });

  it('raises a server error at once when our circuit breaker refuses', async () => {
    await using setup = await setUp((response) => json(response, 500, { error: { message: 'oops' } }), {
      retry,
      circuitBreaker: { consecutiveFailures: 3, openForMs: 60_000 },
    });
    await rejection(setup.client.chat.completions.create(question));
    const error = await rejection(setup.client.chat.completions.create(question));
    expect(error).toMatchObject({ status: 503, code: 'circuit_open' });
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it('raises a server error in time when the deadline passes', async () => {
    await using setup = await setUp(() => {}, { retry, timeout: { totalMs: 100 } });
    const error = await rejection(setup.client.chat.completions.create(question));
    expect(error).toMatchObject({ status: 504, code: 'deadline_exceeded' });
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('does not retry what is about money, nor does the SDK', async () => {
    await using setup = await setUp((response) =>
      json(response, 429, { error: { message: 'pay', code: 'insufficient_quota', type: 'insufficient_quota' } }),
    );
    const error = await rejection(setup.client.chat.completions.create(question));
    expect(error).toMatchObject({ status: 429, code: 'insufficient_quota' });
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('keeps withResponse and asResponse', async () => {
    await using setup = await setUp((response, _, index) =>
      index === 0 ? json(response, 503, {}) : answerCompletion(response, 'hi'),
    );
    const { data, response, request_id } = await setup.client.chat.completions.create(question).withResponse();
    expect([data.choices[0]?.message.content, response.status, request_id]).toEqual(['hi', 200, 'req_1']);
    const raw = await setup.client.chat.completions.create(question).asResponse();
    expect(await raw.json()).toMatchObject({ object: 'chat.completion' });
  });

  it('keeps parse', async () => {
    await using setup = await setUp((response, _, index) =>
      index === 0 ? json(response, 503, {}) : answerCompletion(response, '{"answer":42}'),
    );
    const parsed = await setup.client.chat.completions.parse({
      ...question,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', strict: true, schema: { type: 'object' } },
      },
    });
    expect(parsed.choices[0]?.message.parsed).toEqual({ answer: 42 });
  });

  it('keeps streaming', async () => {
    await using setup = await setUp((response, _, index) =>
      index === 0 ? json(response, 503, {}) : answerStream(response, ['one ', 'two']),
    );
    const words: string[] = [];
    for await (const chunk of await setup.client.chat.completions.create({ ...question, stream: true })) {
      words.push(chunk.choices[0]?.delta.content ?? '');
    }
    expect(words.join('')).toBe('one two');
    const helper = setup.client.chat.completions.stream(question);
    setup.upstream.answer = (response) => answerStream(response, ['three']);
    expect(await helper.finalContent()).toBe('three');
  });

  it('ends at once with its own abort error when the application aborts', async () => {
    await using setup = await setUp(() => {});
    const controller = new AbortController();
    const call = setup.client.chat.completions.create(question, { signal: controller.signal });
    await expect.poll(() => setup.upstream.requests.length).toBe(1);
    controller.abort();
    expect(await rejection(call)).toBeInstanceOf(OpenAI.APIUserAbortError);
    expect(setup.upstream.requests).toHaveLength(1);
  });
});
