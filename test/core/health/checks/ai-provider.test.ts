import { describe, expect, it, vi } from 'vitest';
import { AIProviderHealthCheck } from '../../../../packages/core/src/health/checks/ai-provider.ts';

const run = (provider: object, options = {}) => new AIProviderHealthCheck('ai', provider, options).check();

describe('AIProviderHealthCheck', () => {
  it('never embeds unless it is allowed to', async () => {
    const embed = vi.fn(async () => [[1, 2]]);
    expect(await run({ embed })).toMatchObject({ status: 'unknown' });
    expect(await run({ embed, ping: async () => 'pong' })).toMatchObject({ status: 'healthy' });
    expect(embed).not.toHaveBeenCalled();
  });

  it('asks by the first that there is of ping, health check, models and availability', async () => {
    const asked: string[] = [];
    const note = (name: string) => async () => asked.push(name);
    const provider = {
      isAvailable: note('isAvailable'),
      models: { list: note('models.list') },
      health_check: note('health_check'),
      healthCheck: note('healthCheck'),
      ping: note('ping'),
    };
    const names = ['ping', 'healthCheck', 'health_check', 'models', 'isAvailable'] as const;
    const left: Partial<typeof provider> = { ...provider };
    for (const name of names) {
      expect(await run(left)).toMatchObject({ status: 'healthy', message: 'Provider responding' });
      delete left[name];
    }
    expect(asked).toEqual(['ping', 'healthCheck', 'health_check', 'models.list', 'isAvailable']);
    expect((await run(left)).status).toBe('unknown');
  });

  it('says of a chat-only provider that its calls would tell, and is not unhealthy', async () => {
    const { status, message } = await run({ complete: () => 'hello' });
    expect(status).toBe('unknown');
    expect(message).toContain('operation');
    expect(message).toContain('billedEmbed');
  });

  it('lists models without the retries of the SDK, and ends with the signal', async () => {
    const options: unknown[] = [];
    const client = {
      models: { list: () => expect.fail('asked the client with its retries') },
      withOptions: (given: unknown) => {
        options.push(given);
        return { models: { list: async () => [] } };
      },
    };
    const { signal } = new AbortController();
    expect((await new AIProviderHealthCheck('ai', client).check({ signal })).status).toBe('healthy');
    expect(options).toEqual([{ maxRetries: 0, fetchOptions: { signal } }]);
  });

  it('is unhealthy when the provider fails or says that it is not available', async () => {
    expect(await run({ ping: () => Promise.reject(new Error('401')) })).toMatchObject({
      status: 'unhealthy',
      message: 'Check failed: Error: 401',
    });
    expect((await run({ isAvailable: async () => false })).status).toBe('unhealthy');
    expect((await run({ healthCheck: async () => false })).status).toBe('unhealthy');
    expect((await run({ healthCheck: async () => ({ status: 'degraded' }) })).status).toBe('degraded');
  });

  it('embeds one word when it is allowed to, and tells the dimension', async () => {
    const embed = vi.fn(async () => [[0.1, 0.2, 0.3]]);
    expect(await run({ embed, ping: () => expect.fail('asked twice') }, { billedEmbed: true })).toMatchObject({
      status: 'healthy',
      message: 'Provider responding',
      details: { embeddingDim: 3 },
    });
    expect(embed.mock.calls).toEqual([[['health_check']]]);
    expect((await run({ embed: () => [new Float32Array(8)] }, { billedEmbed: true })).details).toEqual({
      embeddingDim: 8,
    });
  });

  it('is unhealthy when the embedding is empty in whatever way', async () => {
    for (const answer of [[], [[]], null, undefined, [null]]) {
      expect(await run({ embed: async () => answer }, { billedEmbed: true })).toMatchObject({
        status: 'unhealthy',
        message: 'Provider returned empty result',
      });
    }
  });

  it('asks cheaply where it may embed and the provider cannot', async () => {
    expect((await run({ ping: async () => 1 }, { billedEmbed: true })).status).toBe('healthy');
  });

  it('refuses a provider that is none', () => {
    expect(() => new AIProviderHealthCheck('ai', null as never)).toThrow(
      "The health check 'ai' needs an object to ask, got null",
    );
  });
});
