import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { type HardenClientOptions, hardenAnthropic, withKey } from '@crossbridge/integrations/anthropic';
import { describe, expect, it } from 'vitest';
import { type AiSetup, quickRetry, setUpAi } from '../../support/ai-clients.ts';
import { answerError, answerMessage, answerToolUse } from '../../support/anthropic-api.ts';
import { type OperationInput, rejection } from '../../support/bridges.ts';
import type { Answer } from '../../support/upstream.ts';

const question = { model: 'claude-test', max_tokens: 100, messages: [{ role: 'user' as const, content: 'hello' }] };

interface Hardened extends AiSetup {
  readonly client: Anthropic;
}

async function setUp(answer: Answer, operation?: OperationInput, options: HardenClientOptions = {}): Promise<Hardened> {
  const setup = await setUpAi(answer, operation);
  return { ...setup, client: hardenAnthropic(setup.anthropic, { bridge: setup.bridge, ...options }) };
}

describe('hardenAnthropic', () => {
  it('returns a client of the same class, whose overloaded upstream is asked again', async () => {
    await using setup = await setUp((response, _, index) =>
      index < 2
        ? answerError(response, 529, 'overloaded_error', { 'x-should-retry': 'true' })
        : answerMessage(response, 'hi'),
    );
    expect(setup.client).toBeInstanceOf(Anthropic);
    const message = await setup.client.messages.create(question);
    expect(message.content).toMatchObject([{ type: 'text', text: 'hi' }]);
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it('makes three requests of three attempts, and raises the class that the SDK has for it', async () => {
    await using setup = await setUp((response) => answerError(response, 529, 'overloaded_error'));
    const error = await rejection(setup.client.messages.create(question));
    expect(error).toBeInstanceOf(Anthropic.InternalServerError);
    expect(error).toMatchObject({ status: 529, type: 'overloaded_error' });
    expect(setup.upstream.requests).toHaveLength(3);
    expect(setup.observer.ofType('call.ended')).toHaveLength(1);
  });

  it.each<[number, string, string | undefined]>([
    [401, 'authentication_error', undefined],
    [402, 'billing_error', undefined],
    [429, 'rate_limit_error', 'enforced_spend_limit_reached'],
    [429, 'rate_limit_error', 'contract_spend_limit_reached'],
  ])('raises a %i %s (%s) at once', async (status, type, errorCode) => {
    await using setup = await setUp((response) =>
      answerError(response, status, type, { 'retry-after': '1' }, errorCode),
    );
    const error = await rejection(setup.client.messages.create(question));
    expect(error).toBeInstanceOf(Anthropic.APIError);
    expect(error).toMatchObject({ status, type });
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('does not sleep for days because the server says so, where the deadline is nearer', async () => {
    await using setup = await setUp(
      (response) => answerError(response, 429, 'rate_limit_error', { 'retry-after': '277403' }),
      { retry: quickRetry, timeout: { totalMs: 60_000 } },
    );
    const error = await rejection(setup.client.messages.create(question));
    expect(error).toBeInstanceOf(Anthropic.RateLimitError);
    expect(setup.observer.story).toContain('retry deadline');
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('raises what our limit refuses as a RateLimitError, at once', async () => {
    await using setup = await setUp((response) => answerMessage(response, 'hi'), {
      retry: quickRetry,
      rateLimit: { capacity: 1, windowSeconds: 60 },
    });
    await setup.client.messages.create(question);
    const error = (await rejection(setup.client.messages.create(question))) as InstanceType<
      typeof Anthropic.RateLimitError
    >;
    expect(error).toBeInstanceOf(Anthropic.RateLimitError);
    expect(error).toMatchObject({ status: 429, type: 'crossbridge', errorCode: 'rate_limited' });
    expect(Number(error.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('raises what our breaker refuses as a kind of server error, at once', async () => {
    await using setup = await setUp((response) => answerError(response, 500, 'api_error'), {
      retry: quickRetry,
      circuitBreaker: { consecutiveFailures: 3, openForMs: 60_000 },
    });
    await rejection(setup.client.messages.create(question));
    const error = await rejection(setup.client.messages.create(question));
    expect(error).toBeInstanceOf(Anthropic.InternalServerError);
    expect(error).toMatchObject({ status: 503, errorCode: 'circuit_open' });
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it('keeps withResponse, asResponse, parse and countTokens', async () => {
    await using setup = await setUp((response, _, index) =>
      index === 0 ? answerError(response, 500, 'api_error') : answerMessage(response, '{"answer":42}'),
    );
    const { data, response, request_id } = await setup.client.messages.create(question).withResponse();
    expect([data.id, response.status, request_id]).toEqual(['msg_1', 200, 'req_1']);
    const raw = await setup.client.messages.create(question).asResponse();
    expect(await raw.json()).toMatchObject({ type: 'message' });
    const schema = { type: 'object' as const, properties: { answer: { type: 'number' } } };
    const parsed = await setup.client.messages.parse({
      ...question,
      output_config: { format: { type: 'json_schema', schema } },
    });
    expect(parsed.content).toMatchObject([{ text: '{"answer":42}' }]);
    await setup.client.messages.countTokens({ model: 'claude-test', messages: question.messages });
    expect(setup.upstream.requests.at(-1)?.path).toBe('/v1/messages/count_tokens');
  });

  it('keeps the middleware of the client and the tool runner', async () => {
    await using setup = await setUp((response, _, index) =>
      index === 0
        ? answerError(response, 500, 'api_error')
        : index === 1
          ? answerToolUse(response, 'add', { a: 1, b: 2 })
          : answerMessage(response, 'three'),
    );
    const seen: number[] = [];
    const client = setup.client.withOptions({
      middleware: [
        async (request, next) => {
          const response = await next(request);
          seen.push(response.status);
          return response;
        },
      ],
    });
    const inputSchema = { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } } as const;
    const add = betaTool({ name: 'add', description: 'adds', inputSchema, run: (input) => JSON.stringify(input) });
    const final = await client.beta.messages.toolRunner({ ...question, tools: [add] });
    expect(final.content).toMatchObject([{ text: 'three' }]);
    // The attempt that failed is below the middleware: it sees what the application gets.
    expect(seen).toEqual([200, 200]);
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it('counts calls by the key of the moment', async () => {
    await using setup = await setUp((response) => answerMessage(response, 'hi'), undefined, { key: 'org:acme' });
    await withKey('user:1', () => setup.client.messages.create(question));
    await setup.client.messages.create(question);
    expect(setup.observer.ofType('call.ended').map(({ call }) => call.key)).toEqual(['user:1', 'org:acme']);
  });

  it('notes what Anthropic says is left', async () => {
    await using setup = await setUp((response) =>
      answerMessage(response, 'hi', {
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-requests-reset': '2099-01-01T00:00:00Z',
        'anthropic-ratelimit-tokens-remaining': 'many',
      }),
    );
    const noted: unknown[] = [];
    setup.bridge.noteQuota = (...quota) => void noted.push(quota);
    await setup.client.messages.create(question);
    // A reset in the next century is no time.
    const quota = { name: 'requests', remaining: 49, limit: 50, resetAfterMs: undefined };
    expect(noted).toEqual([['ai_generate', quota]]);
  });
});
