import { createBridge, runAsProbe } from '@crossbridge/core';
import { hardenFetch } from '@crossbridge/integrations/fetch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quotasOf } from '../../../packages/integrations/src/fetch/quota.ts';
import { json, startUpstream } from '../../support/upstream.ts';

const NOW = Date.UTC(2026, 0, 1, 12);

function quotas(headers: Record<string, string>, status = 200): unknown[] {
  return quotasOf({ headers: new Headers(headers), status }, NOW);
}

function openai(remaining: string, limit?: string, reset?: string): Record<string, string> {
  return {
    'x-ratelimit-remaining-requests': remaining,
    ...(limit === undefined ? {} : { 'x-ratelimit-limit-requests': limit }),
    ...(reset === undefined ? {} : { 'x-ratelimit-reset-requests': reset }),
  };
}

describe('the quotas in the headers of a provider', () => {
  it('are read as OpenAI writes them', () => {
    const headers = {
      ...openai('59', '60', '1s'),
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-tokens': '6m0s',
    };
    expect(quotas(headers)).toEqual([
      { name: 'requests', remaining: 59, limit: 60, resetAfterMs: 1000 },
      { name: 'tokens', remaining: 149_984, limit: 150_000, resetAfterMs: 360_000 },
    ]);
  });

  it('are read as Anthropic writes them, by the clock of the server', () => {
    const headers = {
      'anthropic-ratelimit-input-tokens-limit': '40000',
      'anthropic-ratelimit-input-tokens-remaining': '0',
      'anthropic-ratelimit-input-tokens-reset': '2026-01-01T12:10:30Z',
    };
    const quota = { name: 'input_tokens', remaining: 0, limit: 40_000 };
    expect(quotas(headers)).toEqual([{ ...quota, resetAfterMs: 630_000 }]);
    const date = 'Thu, 01 Jan 2026 12:10:00 GMT';
    expect(quotas({ ...headers, date })).toEqual([{ ...quota, resetAfterMs: 30_000 }]);
  });

  it('are read as Mistral and Azure write them, with what there is', () => {
    expect(quotas({ 'x-ratelimit-remaining-tokens-minute': '12', 'x-ratelimit-limit-tokens-minute': '20' })).toEqual([
      { name: 'tokens_minute', remaining: 12, limit: 20, resetAfterMs: undefined },
    ]);
    expect(quotas(openai('7'))).toEqual([
      { name: 'requests', remaining: 7, limit: undefined, resetAfterMs: undefined },
    ]);
  });

  it.each([
    ['17ms', 17],
    ['7.66s', 7660],
    ['1h2m3s', 3_723_000],
    ['1d', 86_400_000],
    ['12', 12_000],
    ['2025-12-31T00:00:00Z', 0],
    ['99999999999h', undefined],
    ['-5s', undefined],
    ['soon', undefined],
    ['5 minutes', undefined],
    ['1767268800000', undefined],
  ])('say by %s that they are full again in %s ms', (reset, resetAfterMs) => {
    expect(quotas(openai('1', '2', reset))).toEqual([{ name: 'requests', remaining: 1, limit: 2, resetAfterMs }]);
  });

  it.each([
    ['-1', '60'],
    ['many', '60'],
    ['', '60'],
    ['1e3', '60'],
    ['61', '60'],
    ['0', '0'],
    ['0', '-1'],
    ['0', undefined],
    ['Infinity', undefined],
  ])('are left out when %s remain of %s', (remaining, limit) => {
    expect(quotas(openai(remaining, limit))).toEqual([]);
  });

  it('are used up without a limit only where the provider refuses because of it', () => {
    const headers = { ...openai('0'), 'retry-after': '20' };
    expect(quotas(headers, 429)).toEqual([{ name: 'requests', remaining: 0, limit: undefined, resetAfterMs: 20_000 }]);
  });

  it('never are anything that the bridge would refuse, whatever the headers say', () => {
    const bridge = createBridge({ operations: { op: {} } });
    const text = fc.oneof(
      fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
      fc.integer().map(String),
      fc.float().map(String),
      fc.constantFrom('1m', '2s', '0', '1e999', '2026-01-01T00:00:00Z', '0x10', '999999999999999999999'),
    );
    fc.assert(
      fc.property(text, text, text, fc.constantFrom(200, 429), (remaining, limit, reset, status) => {
        for (const quota of quotasOf({ headers: new Headers(openai(remaining, limit, reset)), status }, NOW)) {
          bridge.noteQuota('op', quota);
          if (quota.limit !== undefined) expect(quota.remaining).toBeLessThanOrEqual(quota.limit);
        }
      }),
    );
  });

  it('reach the bridge with every response, that of a failed attempt included', async () => {
    await using upstream = await startUpstream((response, _, index) =>
      json(response, index === 0 ? 503 : 200, {}, openai(index === 0 ? '3' : '2', '60', '1s')),
    );
    const noted: unknown[] = [];
    const bridge = createBridge({ operations: { op: { retry: { maxAttempts: 2, baseDelayMs: 1 } } } });
    const note = bridge.noteQuota.bind(bridge);
    bridge.noteQuota = (operation, quota) => {
      noted.push([operation, quota.remaining]);
      note(operation, quota);
    };
    await hardenFetch(globalThis.fetch, { bridge, operation: 'op' })(upstream.url);
    expect(noted).toEqual([
      ['op', 3],
      ['op', 2],
    ]);
  });
});

describe('a request of a health check', () => {
  it('passes by the policies and leaves nothing behind', async () => {
    await using upstream = await startUpstream((response) => json(response, 503, {}, openai('1', '60')));
    const bridge = createBridge({
      operations: { op: { retry: { maxAttempts: 3, baseDelayMs: 1 }, rateLimit: { capacity: 1, windowSeconds: 60 } } },
    });
    const fetch = hardenFetch(globalThis.fetch, { bridge, operation: 'op' });
    for (let probe = 0; probe < 3; probe += 1) expect((await runAsProbe(() => fetch(upstream.url))).status).toBe(503);
    expect(upstream.requests).toHaveLength(3);
    expect(bridge.checkRateLimit('anyone', 'op')).toBeUndefined();
  });
});
