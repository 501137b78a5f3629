import { type HardenClientOptions, hardenOpenAI, withKey } from '@crossbridge/integrations/openai';
import OpenAI, { AzureOpenAI } from 'openai';
import { describe, expect, it } from 'vitest';
import { type AiSetup, quickRetry, setUpAi } from '../../support/ai-clients.ts';
import { type OperationInput, rejection } from '../../support/bridges.ts';
import { answerCompletion } from '../../support/openai-api.ts';
import { type Answer, json } from '../../support/upstream.ts';

const question = { model: 'gpt-test', messages: [{ role: 'user' as const, content: 'hello' }] };

interface Hardened extends AiSetup {
  readonly client: OpenAI;
}

async function setUp(answer: Answer, operation?: OperationInput, options: HardenClientOptions = {}): Promise<Hardened> {
  const setup = await setUpAi(answer, operation);
  return { ...setup, client: hardenOpenAI(setup.openai, { bridge: setup.bridge, ...options }) };
}

function callsOf({ observer }: AiSetup): string[] {
  return observer.ofType('call.ended').map(({ call, outcome }) => `${call.operation} ${outcome}`);
}

describe('hardenOpenAI', () => {
  it('returns a client of the same class and leaves the one given as it was', async () => {
    await using setup = await setUp((response) => answerCompletion(response, 'hi'));
    expect(setup.client).toBeInstanceOf(OpenAI);
    expect(setup.client).not.toBe(setup.openai);
    await setup.openai.chat.completions.create(question);
    expect(callsOf(setup)).toEqual([]);
    await setup.client.chat.completions.create(question);
    await setup.client.withOptions({ timeout: 5000 }).chat.completions.create(question);
    expect(callsOf(setup)).toEqual(['ai_generate success', 'ai_generate success']);
  });

  it('hardens a client for Azure too', async () => {
    await using setup = await setUpAi((response) => answerCompletion(response, 'hi'));
    const azure = new AzureOpenAI({
      apiKey: 'key',
      apiVersion: '2025-01-01',
      endpoint: setup.upstream.url,
      deployment: 'gpt',
    });
    const client = hardenOpenAI(azure, { bridge: setup.bridge });
    expect(client).toBeInstanceOf(AzureOpenAI);
    await client.chat.completions.create(question);
    expect(setup.upstream.requests[0]?.path).toContain('/openai/deployments/gpt/chat/completions');
    expect(callsOf(setup)).toEqual(['ai_generate success']);
  });

  it('counts embeddings under an operation of their own, and may be told which', async () => {
    const embedding = { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0.5] }], usage: {} };
    await using setup = await setUp((response) => json(response, 200, embedding));
    const input = { model: 'embed-test', input: 'tea', encoding_format: 'float' as const };
    expect((await setup.client.embeddings.create(input)).data[0]?.embedding).toEqual([0.5]);
    const names = { bridge: setup.bridge, operation: 'chat', embedOperation: 'vectors' };
    const named = hardenOpenAI(setup.openai, names);
    await named.embeddings.create(input);
    await named.models.list();
    expect(callsOf(setup)).toEqual(['embed success', 'vectors success', 'chat success']);
  });

  it('keeps the fetch that the client was made with below the policies', async () => {
    await using setup = await setUpAi((response, _, index) =>
      index === 0 ? json(response, 503, {}) : answerCompletion(response, 'hi'),
    );
    const seen: string[] = [];
    const own = new OpenAI({
      apiKey: 'sk-test',
      baseURL: `${setup.upstream.url}/v1`,
      fetch: (input, init) => {
        seen.push(String(input));
        return globalThis.fetch(input, init);
      },
    });
    await hardenOpenAI(own, { bridge: setup.bridge }).chat.completions.create(question);
    expect(seen).toHaveLength(2);
    expect(setup.observer.ofType('attempt.ended')).toHaveLength(2);
  });

  it('makes three requests of three attempts, also of a client that was hardened twice', async () => {
    await using setup = await setUp((response) => json(response, 500, { error: { message: 'oops' } }));
    const twice = hardenOpenAI(setup.client, { bridge: setup.bridge });
    const error = await rejection(twice.chat.completions.create(question));
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(setup.upstream.requests).toHaveLength(3);
    expect(callsOf(setup)).toEqual(['ai_generate error']);
  });

  it('leaves the retries of the SDK alone while the policy only watches', async () => {
    await using setup = await setUp(
      (response, _, index) =>
        index === 0
          ? json(response, 500, { error: { message: 'oops' } }, { 'retry-after-ms': '1' })
          : answerCompletion(response, 'hi'),
      { retry: { ...quickRetry, mode: 'shadow' } },
    );
    await setup.client.chat.completions.create(question);
    expect(callsOf(setup)).toEqual(['ai_generate error', 'ai_generate success']);
  });

  it.each([
    [401, {}, OpenAI.AuthenticationError],
    [402, { code: 'billing_hard_limit_reached' }, OpenAI.APIError],
    [429, { code: 'insufficient_quota', type: 'insufficient_quota' }, OpenAI.RateLimitError],
  ])('raises a %i with %j at once, as the SDK does', async (status, body, type) => {
    await using setup = await setUp((response) =>
      json(response, status, { error: { message: 'no', ...body } }, { 'retry-after-ms': '1', 'x-request-id': 'req_9' }),
    );
    const error = await rejection(setup.client.chat.completions.create(question));
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ status, requestID: 'req_9' });
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('raises a 429 that asks for ninety seconds at once where the deadline is nearer, with what it asks for', async () => {
    await using setup = await setUp(
      (response) =>
        json(response, 429, { error: { message: 'later', code: 'rate_limit_exceeded' } }, { 'retry-after': '90' }),
      { retry: quickRetry, timeout: { totalMs: 60_000 } },
    );
    const error = (await rejection(setup.client.chat.completions.create(question))) as InstanceType<
      typeof OpenAI.RateLimitError
    >;
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error.headers.get('retry-after')).toBe('90');
    expect(setup.observer.story).toContain('retry deadline');
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('waits the ninety seconds where there is time', async () => {
    await using setup = await setUp((response) =>
      json(response, 429, { error: { message: 'later', code: 'rate_limit_exceeded' } }, { 'retry-after': '90' }),
    );
    const abort = new AbortController();
    const call = rejection(setup.client.chat.completions.create(question, { signal: abort.signal }));
    await expect.poll(() => setup.observer.story).toContain('retry retried in 90000 (retry_after)');
    abort.abort();
    expect(await call).toBeInstanceOf(OpenAI.APIUserAbortError);
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('is not deceived by headers that lie', async () => {
    await using setup = await setUp((response) => {
      response.setHeader('x-ratelimit-remaining-requests', '-1');
      response.setHeader('x-ratelimit-limit-requests', 'plenty');
      response.setHeader('x-ratelimit-remaining-tokens', '99999999999999999999');
      response.setHeader('x-ratelimit-reset-tokens', 'never');
      response.setHeader('retry-after', '-5');
      answerCompletion(response, 'hi');
    });
    expect((await setup.client.chat.completions.create(question)).choices[0]?.message.content).toBe('hi');
    expect(callsOf(setup)).toEqual(['ai_generate success']);
  });

  it('raises what our limit refuses as a RateLimitError that says when to come again', async () => {
    await using setup = await setUp((response) => answerCompletion(response, 'hi'), {
      retry: quickRetry,
      rateLimit: { capacity: 1, windowSeconds: 60 },
    });
    await setup.client.chat.completions.create(question);
    const error = (await rejection(setup.client.chat.completions.create(question))) as InstanceType<
      typeof OpenAI.RateLimitError
    >;
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error).toMatchObject({ code: 'rate_limited', type: 'crossbridge' });
    expect(Number(error.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(error.headers.get('x-should-retry')).toBe('false');
  });

  it('counts calls by the key of the moment, else by that of the client, and tells no provider', async () => {
    await using setup = await setUp((response) => answerCompletion(response, 'hi'), undefined, {
      key: () => 'org:acme',
    });
    const ask = (): Promise<unknown> => setup.client.chat.completions.create(question);
    await Promise.all([withKey('user:1', ask), withKey({ user: '2', org: 'acme' }, ask), ask()]);
    const keys = setup.observer.ofType('call.ended').map(({ call }) => call.key);
    expect(keys.sort()).toEqual(['org:acme', 'org:acme/user:2', 'user:1']);
    expect(JSON.stringify(setup.upstream.requests)).not.toMatch(/user:1|acme/);
  });

  it('keeps withResponse, asResponse, parse and lists', async () => {
    await using setup = await setUp((response, request, index) => {
      if (index === 0) json(response, 503, {});
      else if (request.path.endsWith('/models')) json(response, 200, { object: 'list', data: [{ id: 'gpt-test' }] });
      else answerCompletion(response, '{"answer":42}');
    });
    const { chat, models } = setup.client;
    const { data, response, request_id } = await chat.completions.create(question).withResponse();
    expect([data.choices[0]?.message.content, response.status, request_id]).toEqual(['{"answer":42}', 200, 'req_1']);
    expect((await chat.completions.create(question).asResponse()).headers.get('x-request-id')).toBe('req_1');
    const format = {
      type: 'json_schema' as const,
      json_schema: { name: 'answer', strict: true, schema: { type: 'object' } },
    };
    const parsed = await chat.completions.parse({ ...question, response_format: format });
    expect(parsed.choices[0]?.message.parsed).toEqual({ answer: 42 });
    const ids: string[] = [];
    for await (const model of models.list()) ids.push(model.id);
    expect(ids).toEqual(['gpt-test']);
  });

  it('keeps the tool runner, each of whose requests is a call', async () => {
    const toolCall = { id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a":1,"b":2}' } };
    await using setup = await setUp((response, _, index) => {
      if (index === 0) json(response, 500, {});
      else if (index > 1) answerCompletion(response, 'three');
      else {
        const message = { role: 'assistant', content: null, refusal: null, tool_calls: [toolCall] };
        json(response, 200, {
          id: '1',
          object: 'chat.completion',
          created: 1,
          model: 'm',
          choices: [{ index: 0, finish_reason: 'tool_calls', message }],
        });
      }
    });
    const sums: number[] = [];
    const runner = setup.client.chat.completions.runTools({
      ...question,
      tools: [
        {
          type: 'function',
          function: {
            name: 'add',
            description: 'adds',
            parameters: { type: 'object' },
            parse: JSON.parse,
            function: ({ a, b }: { a: number; b: number }) => {
              sums.push(a + b);
              return String(a + b);
            },
          },
        },
      ],
    });
    expect([await runner.finalContent(), sums]).toEqual(['three', [3]]);
    expect(callsOf(setup)).toEqual(['ai_generate success', 'ai_generate success']);
  });

  it('repeats what generates after a lost answer, not what begins something', async () => {
    await using setup = await setUp((response, _, index) =>
      index === 0 ? response.destroy() : answerCompletion(response, 'hi'),
    );
    await setup.client.chat.completions.create(question);
    expect(setup.upstream.requests).toHaveLength(2);
    setup.upstream.requests.length = 0;
    const batch = { input_file_id: 'file_1', endpoint: '/v1/embeddings' as const, completion_window: '24h' as const };
    await rejection(setup.client.batches.create(batch, { maxRetries: 0 }));
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it.each([
    [undefined, {}, 'The first argument of hardenOpenAI must be a client of the SDK, got undefined'],
    [{}, {}, 'The first argument of hardenOpenAI must be a client of the SDK, got an object'],
    [
      new OpenAI({ apiKey: 'x' }),
      { operaton: 'x' },
      'hardenOpenAI has no option "operaton"; did you mean "operation"?',
    ],
  ])('says what is wrong (%#)', (client, options, message) => {
    expect(() => hardenOpenAI(client as OpenAI, options as HardenClientOptions)).toThrow(message);
  });
});
