import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { createBridge } from '@crossbridge/core';
import { hardenUndiciRequest } from '@crossbridge/integrations/fetch';
import { expect, it } from 'vitest';
import { rejection } from '../../support/bridges.ts';
import { describeWithServers, serverPath } from '../../support/servers.ts';
import { type Answer, json, startUpstream, type Upstream } from '../../support/upstream.ts';

type Undici = typeof import('undici');

const require = createRequire(import.meta.url);
const retry = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 5, jitter: 'none' } as const;
const spent = { error: { message: 'no money', type: 'insufficient_quota', code: 'insufficient_quota' } };

describeWithServers(['runtimes'], 'A 429 of undici', () => {
  const load = (name: string): Undici =>
    require(name === 'undici' ? name : `${serverPath('runtimes')}/node_modules/${name}`) as Undici;

  for (const name of ['undici-6', 'undici-7', 'undici']) {
    async function ask(answer: Answer, { signal }: { readonly signal?: AbortSignal } = {}) {
      const upstream: Upstream = await startUpstream(answer);
      const bridge = createBridge({ operations: { op: { retry } } });
      const undici = load(name);
      const client = new undici.Client(upstream.url);
      client.request = hardenUndiciRequest(client.request, { bridge, operation: 'op' });
      const data = await client.request({ path: '/', method: 'GET', signal: signal ?? null });
      return {
        ...data,
        upstream,
        async [Symbol.asyncDispose]() {
          await client.destroy();
          await upstream[Symbol.asyncDispose]();
        },
      };
    }

    it(`${name}: is not repeated where it says that there is no money left, and still tells the application so`, async () => {
      await using answer = await ask((response) => json(response, 429, spent));
      expect([answer.upstream.requests.length, answer.statusCode, answer.body.bodyUsed]).toEqual([1, 429, false]);
      expect(await answer.body.json()).toEqual(spent);
      expect(answer.body.bodyUsed).toBe(true);
    });

    it(`${name}: is repeated where it is about the rate, and comes whole when attempts run out`, async () => {
      const busy = { error: { code: 'rate_limit_exceeded', message: 'x'.repeat(200_000) } };
      await using short = await ask((response) => json(response, 429, { error: { code: 'rate_limit_exceeded' } }));
      expect([short.upstream.requests.length, await short.body.json()]).toEqual([
        3,
        { error: { code: 'rate_limit_exceeded' } },
      ]);
      await using long = await ask((response) => json(response, 429, busy));
      expect([long.upstream.requests.length, await long.body.json()]).toEqual([3, busy]);
    });

    it(`${name}: is read as a stream, its long rest included`, async () => {
      const text = JSON.stringify({ error: { message: 'x'.repeat(300_000) } });
      await using answer = await ask((response) => {
        response.writeHead(429, { 'content-type': 'application/json' });
        response.write(text.slice(0, 10));
        setImmediate(() => response.end(text.slice(10)));
      });
      const chunks = [];
      for await (const chunk of answer.body) chunks.push(chunk as Buffer);
      expect([answer.body instanceof Readable, String(Buffer.concat(chunks))]).toEqual([true, text]);
    });

    it(`${name}: breaks where the connection does, and where the caller wants no more of it`, async () => {
      const begun: Answer = (response) => {
        response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '3600' });
        response.write('{"error":');
      };
      const broken: Answer = (response, request, index) => {
        begun(response, request, index);
        setTimeout(() => response.destroy(), 50);
      };
      await using unread = await ask(broken);
      await expect.poll(() => unread.body.closed).toBe(true);
      await using cut = await ask(broken);
      expect(await rejection(cut.body.text())).toHaveProperty('name', expect.stringMatching(/Error/));
      const controller = new AbortController();
      await using slow = await ask(begun, { signal: controller.signal });
      const failed = once(slow.body, 'error');
      slow.body.resume();
      controller.abort();
      expect((await failed)[0]).toHaveProperty('name', 'AbortError');
    });
  }
});
