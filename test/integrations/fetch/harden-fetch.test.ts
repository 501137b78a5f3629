import { once } from 'node:events';
import { Readable } from 'node:stream';
import { createBridge } from '@crossbridge/core';
import { type Fetch, hardenFetch } from '@crossbridge/integrations/fetch';
import { describe, expect, it } from 'vitest';
import { type OperationInput, rejection } from '../../support/bridges.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { type Answer, failFirst, json, startUpstream, type Upstream } from '../../support/upstream.ts';

const retry = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 5, jitter: 'none' } as const;

interface Setup {
  readonly upstream: Upstream;
  readonly fetch: Fetch;
  readonly observer: RecordingObserver;
}

async function harden(
  answer: Answer,
  operation: OperationInput = { retry },
  idempotent: boolean | 'auto' = 'auto',
): Promise<Setup & AsyncDisposable> {
  const upstream = await startUpstream(answer);
  const observer = new RecordingObserver();
  const bridge = createBridge({ operations: { op: operation } }, { observers: [observer] });
  const fetch = hardenFetch(globalThis.fetch, { bridge, operation: 'op', idempotent });
  return { upstream, fetch, observer, [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose]() };
}

describe('hardenFetch', () => {
  it('retries and returns the response of the attempt that succeeded', async () => {
    await using setup = await harden(failFirst(2, 503));
    const { upstream, fetch, observer } = setup;
    const response = await fetch(`${upstream.url}/x`);
    expect([response.status, await response.json()]).toEqual([200, { method: 'GET', body: '' }]);
    expect(upstream.requests).toHaveLength(3);
    expect(observer.story.at(-1)).toBe('end success');
  });

  it('returns the last real response, body unread, when attempts run out', async () => {
    await using setup = await harden((response, _, index) => json(response, 503, { attempt: index + 1 }));
    const { upstream, fetch, observer } = setup;
    const response = await fetch(`${upstream.url}/x`);
    expect([response.status, response.bodyUsed, response.url]).toEqual([503, false, `${upstream.url}/x`]);
    expect(await response.json()).toEqual({ attempt: 3 });
    expect(observer.story.at(-1)).toBe('end error 503');
  });

  it('returns a response that another try cannot change at once', async () => {
    await using setup = await harden(failFirst(9, 404));
    const { upstream, fetch } = setup;
    expect((await fetch(`${upstream.url}/x`)).status).toBe(404);
    expect(upstream.requests).toHaveLength(1);
  });

  const bodies: [string, () => NonNullable<RequestInit['body']>, string][] = [
    ['a string', () => 'body', 'body'],
    ['bytes', () => new TextEncoder().encode('body'), 'body'],
    ['a buffer', () => new TextEncoder().encode('body').buffer, 'body'],
    ['a blob', () => new Blob(['bo', 'dy']), 'body'],
    ['form parameters', () => new URLSearchParams({ a: '1' }), 'a=1'],
  ];

  it.each(bodies)('sends %s whole and once with every attempt', async (_, body, expected) => {
    await using setup = await harden(failFirst(2, 503));
    const { upstream, fetch } = setup;
    const response = await fetch(`${upstream.url}/x`, { method: 'PUT', body: body() });
    expect(await response.json()).toEqual({ method: 'PUT', body: expected });
    expect(upstream.requests.map((request) => request.body)).toEqual([expected, expected, expected]);
  });

  it('sends a form whole with every attempt', async () => {
    await using setup = await harden(failFirst(2, 503));
    const { upstream, fetch } = setup;
    const body = new FormData();
    body.set('file', new Blob(['content']), 'name.txt');
    await fetch(`${upstream.url}/x`, { method: 'PUT', body });
    for (const request of upstream.requests) expect(request.body).toContain('content');
    expect(upstream.requests).toHaveLength(3);
  });

  it('sends a Request with a body whole with every attempt', async () => {
    await using setup = await harden(failFirst(2, 503));
    const { upstream, fetch } = setup;
    const request = new Request(`${upstream.url}/x`, { method: 'PUT', body: 'body' });
    expect(await (await fetch(request)).json()).toEqual({ method: 'PUT', body: 'body' });
    expect(upstream.requests.map(({ body }) => body)).toEqual(['body', 'body', 'body']);
  });

  it('sends a stream once and does not pretend that it could send it again', async () => {
    await using setup = await harden(failFirst(2, 503));
    const { upstream, fetch } = setup;
    const body = Readable.toWeb(Readable.from(['bo', 'dy'])) as ReadableStream;
    const response = await fetch(`${upstream.url}/x`, { method: 'PUT', body, duplex: 'half' } as RequestInit);
    expect(response.status).toBe(503);
    expect(upstream.requests.map((request) => request.body)).toEqual(['body']);
  });

  it('repeats a POST after an answer that says it was not executed, not after one that leaves it open', async () => {
    await using overloaded = await harden(failFirst(1, 503));
    await overloaded.fetch(`${overloaded.upstream.url}/x`, { method: 'POST', body: 'order' });
    expect(overloaded.upstream.requests).toHaveLength(2);
    await using broken = await harden(failFirst(1, 500));
    expect((await broken.fetch(`${broken.upstream.url}/x`, { method: 'POST', body: 'order' })).status).toBe(500);
    expect(broken.upstream.requests).toHaveLength(1);
  });

  it('repeats a POST that carries an idempotency key, or that the rule calls idempotent', async () => {
    await using keyed = await harden(failFirst(1, 500));
    await keyed.fetch(`${keyed.upstream.url}/x`, { method: 'POST', headers: { 'Idempotency-Key': '1' }, body: 'x' });
    expect(keyed.upstream.requests).toHaveLength(2);
    await using declared = await harden(failFirst(1, 500), { retry }, true);
    await declared.fetch(`${declared.upstream.url}/x`, { method: 'POST', body: 'x' });
    expect(declared.upstream.requests).toHaveLength(2);
  });

  it('retries a connection that is reset and throws the error of fetch when it stays so', async () => {
    await using setup = await harden((response) => response.destroy());
    const { upstream, fetch } = setup;
    expect(await rejection(fetch(`${upstream.url}/x`))).toMatchObject({ name: 'TypeError', message: 'fetch failed' });
    expect(upstream.requests).toHaveLength(3);
  });

  it('looks into a 429 for whether it is about money', async () => {
    await using setup = await harden((response) =>
      json(response, 429, { error: { code: 'insufficient_quota', message: 'no money' } }),
    );
    const { upstream, fetch } = setup;
    const response = await fetch(`${upstream.url}/x`);
    expect(await response.json()).toMatchObject({ error: { code: 'insufficient_quota' } });
    expect(upstream.requests).toHaveLength(1);
  });

  it('obeys Retry-After', async () => {
    await using setup = await harden(failFirst(1, 429, { 'retry-after-ms': '30' }));
    const { upstream, fetch, observer } = setup;
    await fetch(`${upstream.url}/x`);
    expect(observer.story).toContain('retry retried in 30 (retry_after)');
  });

  it('ends an attempt that gets no answer in time, and retries it', async () => {
    const operation = { retry, timeout: { attemptMs: 200 } };
    await using setup = await harden((response, _, index) => {
      if (index > 0) json(response, 200, {});
    }, operation);
    const { upstream, fetch } = setup;
    expect((await fetch(`${upstream.url}/x`)).status).toBe(200);
    expect(upstream.requests).toHaveLength(2);
  });

  it('does not cut a body that takes longer than the attempt may, but lets the caller do so', async () => {
    const operation = { retry, timeout: { attemptMs: 100, totalMs: 150 } };
    await using setup = await harden((response, request) => {
      response.writeHead(200);
      response.write('first ');
      if (request.path === '/slow') setTimeout(() => response.end('last'), 300);
    }, operation);
    const { upstream, fetch } = setup;
    expect(await (await fetch(`${upstream.url}/slow`)).text()).toBe('first last');
    const controller = new AbortController();
    const endless = await fetch(`${upstream.url}/endless`, { signal: controller.signal });
    const body = endless.text();
    controller.abort();
    expect(await rejection(body)).toMatchObject({ name: 'AbortError' });
  });

  it('ends at once when the caller aborts, with the reason of the caller and no further request', async () => {
    await using setup = await harden(() => {}, { retry, circuitBreaker: { consecutiveFailures: 1 } });
    const { upstream, fetch, observer } = setup;
    const controller = new AbortController();
    const call = fetch(`${upstream.url}/x`, { signal: controller.signal });
    await expect.poll(() => upstream.requests.length).toBe(1);
    const reason = new Error('gone');
    controller.abort(reason);
    expect(await rejection(call)).toBe(reason);
    expect(upstream.requests).toHaveLength(1);
    expect(observer.ofType('circuit_breaker.changed')).toEqual([]);
  });

  it('gives connections of responses that nobody will see back', async () => {
    const big = 'x'.repeat(1_000_000);
    await using setup = await harden((response, _, index) => {
      response.writeHead(index < 2 ? 503 : 200);
      response.end(big);
    });
    const { upstream, fetch } = setup;
    const closed: Promise<unknown>[] = [];
    const { answer } = upstream;
    upstream.answer = (response, request, index) => {
      closed.push(once(response, 'close'));
      answer(response, request, index);
    };
    const response = await fetch(`${upstream.url}/x`);
    await Promise.all(closed.slice(0, 2));
    expect(await response.text()).toHaveLength(big.length);
  });

  it('rejects with the refusal when a policy of ours refuses', async () => {
    await using setup = await harden(failFirst(0, 200), { rateLimit: { capacity: 1, windowSeconds: 60 } });
    const { upstream, fetch } = setup;
    await fetch(`${upstream.url}/x`);
    expect(await rejection(fetch(`${upstream.url}/x`))).toMatchObject({ code: 'rate_limited' });
    expect(upstream.requests).toHaveLength(1);
  });

  it('passes what matches no rule, and what is no HTTP request, to the fetch it wraps', async () => {
    const bridge = createBridge({
      operations: { op: { retry } },
      upstreams: [{ match: { host: '127.0.0.1', path: '/api/**' }, operation: 'op' }],
    });
    const fetch = hardenFetch(globalThis.fetch, { bridge });
    await using upstream = await startUpstream(failFirst(1, 503));
    expect((await fetch(`${upstream.url}/other`)).status).toBe(503);
    expect(await (await fetch('data:text/plain,hello')).text()).toBe('hello');
    expect(await rejection(fetch('no url'))).toBeInstanceOf(TypeError);
    const used = new Request(`${upstream.url}/api/x`, { method: 'PUT', body: 'x' });
    await used.text();
    expect(await rejection(fetch(used))).toBeInstanceOf(TypeError);
  });

  it('sees what fetch itself would see of unusual options', async () => {
    await using setup = await harden(failFirst(0, 200));
    const { upstream, fetch } = setup;
    const headers = { authorization: 'key', 'idempotency-key': '1' };
    const unusual: NonNullable<Parameters<Fetch>[1]>[] = [
      new Request('http://unused/', { method: 'POST', body: 'body', headers }),
      Object.create({ method: 'POST', body: 'body', headers }),
      { method: 'POST', body: 'body', headers: new Map(Object.entries(headers)).entries() as never },
    ];
    for (const init of unusual) {
      upstream.requests.length = 0;
      expect((await fetch(`${upstream.url}/x`, init)).status).toBe(200);
      expect(upstream.requests.map(({ method, body, headers: sent }) => [method, body, sent.authorization])).toEqual([
        ['POST', 'body', 'key'],
      ]);
    }
  });

  it('uses a Request up, as fetch does, and lets options detach its signal', async () => {
    await using setup = await harden(failFirst(0, 200));
    const { upstream, fetch } = setup;
    const once = new Request(`${upstream.url}/x`, { method: 'PUT', body: 'body' });
    await fetch(once);
    expect(once.bodyUsed).toBe(true);
    expect(await rejection(fetch(once))).toBeInstanceOf(TypeError);
    const aborted = new Request(`${upstream.url}/x`, { signal: AbortSignal.abort() });
    expect(await rejection(fetch(aborted))).toMatchObject({ name: 'AbortError' });
    expect((await fetch(aborted, { signal: null })).status).toBe(200);
  });

  it('does not wait for an explanation that does not come', async () => {
    await using setup = await harden(
      (response) => {
        response.writeHead(429, { 'content-type': 'application/json' });
        response.write('{"error":');
      },
      { retry: { ...retry, maxAttempts: 2 }, timeout: { totalMs: 20_000 } },
    );
    const { upstream, fetch } = setup;
    const response = await fetch(`${upstream.url}/x`);
    expect([response.status, upstream.requests.length]).toEqual([429, 2]);
    await response.body?.cancel();
  });

  it('returns a response that can be read when hedges have failed beside a hung attempt', async () => {
    await using setup = await harden(
      (response, _, index) => {
        if (index > 0) json(response, 500, { request: index });
      },
      { hedge: { delayMs: 50, maxHedges: 2 }, timeout: { attemptMs: 400 } },
    );
    const response = await setup.fetch(`${setup.upstream.url}/x`);
    expect([response.status, await response.json()]).toEqual([500, { request: 1 }]);
    expect(setup.upstream.requests).toHaveLength(3);
  });
});
