import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import type { Schedule } from '../../../demo/upstream/schedule.ts';
import { always, inTurn, type RunningUpstream, startUpstream } from '../support/upstream.ts';

const QUESTION = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'tea' }] };

let upstream: RunningUpstream | undefined;

async function clientOf(schedule: Schedule, maxRetries = 0): Promise<OpenAI> {
  upstream = await startUpstream(schedule);
  return new OpenAI({ baseURL: `${upstream.url}/v1`, apiKey: 'test', maxRetries });
}

async function post(path: string, body: string): Promise<Response> {
  upstream ??= await startUpstream(always());
  return fetch(`${upstream.url}${path}`, { method: 'POST', headers: { authorization: 'Bearer test' }, body });
}

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

afterEach(async () => {
  await upstream?.close();
  upstream = undefined;
});

describe('the upstream, to the openai client', () => {
  it('completes a chat', async () => {
    const openai = await clientOf(always());
    const completion = await openai.chat.completions.create(QUESTION);
    expect(completion.choices[0]?.message.content).toContain('tea');
    expect(completion.choices[0]?.finish_reason).toBe('stop');
    expect(completion.model).toBe('gpt-4o-mini');
    expect(completion.usage?.total_tokens).toBe(
      (completion.usage?.prompt_tokens ?? 0) + (completion.usage?.completion_tokens ?? 0),
    );
    expect(completion._request_id).toMatch(/^req_/);
  });

  it('streams the same words in several chunks, with the usage last when asked for', async () => {
    const openai = await clientOf(always());
    const whole = await openai.chat.completions.create(QUESTION);
    const stream = await openai.chat.completions.create({
      ...QUESTION,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await collect(stream);
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(chunks.length).toBeGreaterThan(5);
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)?.choices).toEqual([]);
    expect(chunks.at(-1)?.usage).toEqual(whole.usage);
  });

  it('streams no usage unless asked for', async () => {
    const openai = await clientOf(always());
    const chunks = await collect(await openai.chat.completions.create({ ...QUESTION, stream: true }));
    expect(chunks.every((chunk) => chunk.usage === undefined)).toBe(true);
  });

  it('ends a stream with [DONE]', async () => {
    const response = await post('/v1/chat/completions', JSON.stringify({ ...QUESTION, stream: true }));
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect((await response.text()).endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('embeds texts to the same unit vectors in base64 (the default of the client) and as floats', async () => {
    const openai = await clientOf(always());
    const request = { model: 'text-embedding-3-small', input: ['a quiet lamp', 'a loud kettle'] };
    const fromBase64 = await openai.embeddings.create(request);
    const fromFloats = await openai.embeddings.create({ ...request, encoding_format: 'float' });
    expect(fromBase64.data.map(({ embedding }) => embedding)).toEqual(
      fromFloats.data.map(({ embedding }) => embedding),
    );
    expect(fromBase64.data.map(({ index }) => index)).toEqual([0, 1]);
    for (const { embedding } of fromBase64.data) {
      expect(embedding).toHaveLength(1_536);
      expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
    }
  });

  it('embeds texts that share words nearer to each other than texts that do not', async () => {
    const openai = await clientOf(always());
    const { data } = await openai.embeddings.create({
      model: 'text-embedding-3-small',
      input: ['a quiet lamp', 'the quiet lamp', 'red bicycle tyres'],
      dimensions: 256,
    });
    const [first, near, far] = data.map(({ embedding }) => embedding);
    const dot = (left: readonly number[] = [], right: readonly number[] = []): number =>
      left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
    expect(first).toHaveLength(256);
    expect(dot(first, near)).toBeGreaterThan(dot(first, far) + 0.3);
  });

  it('lists its models', async () => {
    const openai = await clientOf(always());
    const ids = (await collect(await openai.models.list())).map(({ id }) => id);
    expect(ids).toContain('gpt-4o-mini');
  });

  it.each([
    ['no model', { messages: QUESTION.messages }, 'model'],
    ['no messages', { model: 'gpt-4o-mini' }, 'messages'],
    ['a message without a role', { model: 'gpt-4o-mini', messages: [{ content: 'tea' }] }, 'messages[0]'],
    ['stream options without a stream', { ...QUESTION, stream_options: { include_usage: true } }, 'stream_options'],
  ])('refuses a chat with %s, naming the parameter', async (_what, body, param) => {
    const openai = await clientOf(always());
    const failure = await openai.chat.completions.create(body as never).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OpenAI.BadRequestError);
    expect(failure).toMatchObject({ status: 400, param, type: 'invalid_request_error' });
  });

  it.each([
    ['no input', { model: 'm' }, 'input'],
    ['an empty list of inputs', { model: 'm', input: [] }, 'input'],
    ['an unknown encoding', { model: 'm', input: 'tea', encoding_format: 'hex' }, 'encoding_format'],
    ['no dimensions at all', { model: 'm', input: 'tea', dimensions: 0 }, 'dimensions'],
  ])('refuses embeddings with %s', async (_what, body, param) => {
    const openai = await clientOf(always());
    const failure = await openai.embeddings.create(body as never).catch((error: unknown) => error);
    expect(failure).toMatchObject({ status: 400, param });
  });

  it.each(['{"model":', '[]', 'null', ''])('refuses the body %j in the shape of an OpenAI error', async (body) => {
    const response = await post('/v1/chat/completions', body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param: null, code: null } });
  });

  it('refuses a request without a key, an unknown path and a body that is too large', async () => {
    const { status: large } = await post('/v1/embeddings', ' '.repeat(1_048_577));
    const { status: unknown } = await post('/v1/unknown', '{}');
    const { status: anonymous } = await fetch(`${upstream?.url}/v1/models`);
    expect({ large, unknown, anonymous }).toEqual({ large: 413, unknown: 404, anonymous: 401 });
  });

  it('throttles with the headers that tell when to come back', async () => {
    const openai = await clientOf(always({ fault: 'throttled', retryAfterMs: 300 }));
    const failure = await openai.chat.completions.create(QUESTION).catch((error: unknown) => error);
    if (!(failure instanceof OpenAI.RateLimitError)) throw new Error(`not a RateLimitError: ${failure}`);
    expect(failure.code).toBe('rate_limit_exceeded');
    expect(Object.fromEntries(failure.headers)).toMatchObject({
      'retry-after': '1',
      'retry-after-ms': '300',
      'x-ratelimit-limit-requests': '3000',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '20ms',
    });
  });

  it('answers the retry of a throttled request', async () => {
    const openai = await clientOf(inTurn({ fault: 'throttled', retryAfterMs: 1 }), 1);
    const completion = await openai.chat.completions.create(QUESTION);
    expect(completion.choices[0]?.message.content).toContain('tea');
  });

  it.each([
    ['server_error', 500],
    ['unavailable', 503],
  ] as const)('fails a request with %s as %i', async (fault, status) => {
    const openai = await clientOf(always({ fault }));
    const failure = await openai.chat.completions.create(QUESTION).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OpenAI.InternalServerError);
    expect(failure).toMatchObject({ status, type: 'server_error' });
  });

  it('resets the connection before the headers', async () => {
    const openai = await clientOf(always({ fault: 'reset' }));
    await expect(openai.chat.completions.create(QUESTION)).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
  });

  it('resets a stream after its first chunks', async () => {
    const openai = await clientOf(always({ fault: 'truncated' }));
    const stream = await openai.chat.completions.create({ ...QUESTION, stream: true });
    const chunks: unknown[] = [];
    const reading = (async () => {
      for await (const chunk of stream) chunks.push(chunk);
    })();
    await expect(reading).rejects.toThrow();
    expect(chunks.length).toBeGreaterThan(1);
  });

  it('resets a whole answer in its middle', async () => {
    const openai = await clientOf(always({ fault: 'truncated' }));
    await expect(openai.chat.completions.create(QUESTION)).rejects.toThrow();
  });
});
