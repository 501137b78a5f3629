import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { AIProviderHealthCheck } from '../../../../packages/core/src/health/checks/ai-provider.ts';
import { type Answer, json, startUpstream } from '../../../support/upstream.ts';

async function setUp(answer: Answer) {
  const upstream = await startUpstream(answer);
  const client = new OpenAI({
    apiKey: 'sk-test',
    baseURL: `${upstream.url}/v1`,
    // Its type is made for the DOM's RequestInit.
    fetchOptions: { redirect: 'manual' } as never,
  });
  return {
    upstream,
    check: new AIProviderHealthCheck('openai', client),
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
}

describe('AIProviderHealthCheck with a client of the OpenAI SDK', () => {
  it('lists the models once', async () => {
    await using setup = await setUp((response) => json(response, 200, { object: 'list', data: [] }));
    expect(await setup.check.check()).toMatchObject({ status: 'healthy', message: 'Provider responding' });
    expect(setup.upstream.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v1/models']);
  });

  it('keeps the options of the client, a proxy for one', async () => {
    await using setup = await setUp((response) => response.writeHead(302, { location: '/elsewhere' }).end());
    expect((await setup.check.check()).status).toBe('unhealthy');
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('makes one request only when the provider fails, and shows no key', async () => {
    const message = 'Incorrect API key provided: sk-proj-abcdefgh1234.';
    await using setup = await setUp((response) => json(response, 503, { error: { message } }));
    const result = await setup.check.check();
    expect(result.status).toBe('unhealthy');
    expect(result.message).toContain('503');
    expect(JSON.stringify(result)).not.toContain('abcdefgh1234');
    expect(setup.upstream.requests).toHaveLength(1);
  });

  it('ends its request with the signal', async () => {
    const arrived = Promise.withResolvers<ServerResponse>();
    await using setup = await setUp((response) => arrived.resolve(response));
    const controller = new AbortController();
    const running = setup.check.check({ signal: controller.signal });
    const response = await arrived.promise;
    const closed = once(response, 'close');
    controller.abort(new Error('out of time'));
    expect((await running).status).toBe('unhealthy');
    await closed;
    expect(setup.upstream.requests).toHaveLength(1);
  });
});
