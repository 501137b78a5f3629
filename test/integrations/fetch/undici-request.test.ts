import { EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { createBridge, isCrossbridgeError } from '@crossbridge/core';
import { hardenUndiciRequest, type UndiciRequest } from '@crossbridge/integrations/fetch';
import { expect, it } from 'vitest';
import { type OperationInput, rejection } from '../../support/bridges.ts';
import { RecordingObserver } from '../../support/recording-observer.ts';
import { describeWithServers, serverPath } from '../../support/servers.ts';
import { type Answer, failFirst, json, startUpstream, type Upstream } from '../../support/upstream.ts';

type Undici = typeof import('undici');

const require = createRequire(import.meta.url);
const retry = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 5, jitter: 'none' } as const;

interface Setup extends AsyncDisposable {
  readonly upstream: Upstream;
  readonly observer: RecordingObserver;
  readonly undici: Undici;
  /** A pool of the upstream whose `request` is hardened. */
  readonly pool: InstanceType<Undici['Pool']>;
}

async function setUp(undici: Undici, answer: Answer, operation: OperationInput = { retry }): Promise<Setup> {
  const upstream = await startUpstream(answer);
  const observer = new RecordingObserver();
  const bridge = createBridge(
    { operations: { op: operation }, upstreams: [{ match: { path: '/api/**' }, operation: 'op' }] },
    { observers: [observer] },
  );
  const pool = new undici.Pool(upstream.url);
  const original = undici.Dispatcher.prototype.request as unknown as UndiciRequest;
  Object.assign(pool, { request: hardenUndiciRequest(original, { bridge }) });
  return {
    upstream,
    observer,
    undici,
    pool,
    async [Symbol.asyncDispose]() {
      await pool.destroy();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

describeWithServers(['runtimes'], 'hardenUndiciRequest', () => {
  const load = (name: string): Undici =>
    require(name === 'undici' ? name : `${serverPath('runtimes')}/node_modules/${name}`) as Undici;

  for (const name of ['undici-6', 'undici-7', 'undici']) {
    it(`${name}: retries and gives the answer of the attempt that succeeded`, async () => {
      await using setup = await setUp(load(name), failFirst(2, 503));
      const { pool, upstream, observer } = setup;
      const { statusCode, headers, body } = await pool.request({ path: '/api/x?a=1', method: 'PUT', body: 'text' });
      expect([statusCode, headers['content-type'], await body.json()]).toEqual([
        200,
        'application/json',
        { method: 'PUT', body: 'text' },
      ]);
      expect(upstream.requests.map(({ path, body: sent }) => [path, sent])).toEqual(
        Array(3).fill(['/api/x?a=1', 'text']),
      );
      expect(observer.story.at(-1)).toBe('end success');
    });

    it(`${name}: gives the last real answer, body unread, when attempts run out`, async () => {
      await using setup = await setUp(load(name), (response, _, index) => json(response, 503, { attempt: index + 1 }));
      const { pool, observer } = setup;
      const { statusCode, body } = await pool.request({ path: '/api/x', method: 'GET' });
      expect([statusCode, await body.json()]).toEqual([503, { attempt: 3 }]);
      expect(observer.story.at(-1)).toBe('end error 503');
    });

    it(`${name}: uses few connections, whatever fails`, async () => {
      await using setup = await setUp(load(name), (response) => json(response, 503, { text: 'x'.repeat(100_000) }));
      const { pool } = setup;
      let connections = 0;
      pool.on('connect', () => {
        connections += 1;
      });
      for (let call = 0; call < 5; call++) {
        await (await pool.request({ path: '/api/x', method: 'GET' })).body.text();
      }
      expect(connections).toBeLessThanOrEqual(2);
    });

    it(`${name}: sends a POST once, unless it says that it is idempotent`, async () => {
      await using setup = await setUp(load(name), failFirst(99, 500));
      const { pool, upstream } = setup;
      const post = { path: '/api/x', method: 'POST', body: 'text' } as const;
      expect((await pool.request(post)).statusCode).toBe(500);
      expect(upstream.requests).toHaveLength(1);
      await pool.request({ ...post, idempotent: true });
      expect(upstream.requests).toHaveLength(4);
      await pool.request({ ...post, headers: ['Idempotency-Key', 'a'] });
      await pool.request({ ...post, headers: { 'Idempotency-Key': 'a' } });
      await pool.request({ ...post, headers: new Map([['Idempotency-Key', 'a']]) });
      expect(upstream.requests).toHaveLength(13);
      expect(upstream.requests.slice(4).map(({ headers }) => headers['idempotency-key'])).toEqual(Array(9).fill('a'));
    });

    it(`${name}: sends a stream once, and whole`, async () => {
      await using setup = await setUp(load(name), failFirst(9, 503));
      const { pool, upstream } = setup;
      const { statusCode } = await pool.request({ path: '/api/x', method: 'PUT', body: Readable.from(['bo', 'dy']) });
      expect([statusCode, upstream.requests.map(({ body }) => body)]).toEqual([503, ['body']]);
    });

    it(`${name}: refuses with the error of the policy, and lets go of a stream that is not sent`, async () => {
      const operation = { rateLimit: { capacity: 1, windowSeconds: 3600 } };
      await using setup = await setUp(load(name), failFirst(0, 200), operation);
      const { pool, upstream } = setup;
      expect((await pool.request({ path: '/api/x', method: 'GET' })).statusCode).toBe(200);
      const body = Readable.from(['body']);
      const error = await rejection(pool.request({ path: '/api/x', method: 'PUT', body }));
      expect(isCrossbridgeError(error) && error.code).toBe('rate_limited');
      expect([upstream.requests.length, body.destroyed]).toEqual([1, true]);
    });

    it(`${name}: calls a callback back, with the error and what the caller wants to know it by`, async () => {
      const operation = { retry, rateLimit: { capacity: 1, windowSeconds: 3600 } };
      await using setup = await setUp(load(name), failFirst(1, 503), operation);
      const { pool } = setup;
      const ask = (opaque: string): Promise<unknown[]> =>
        new Promise((resolve) => {
          const returned = pool.request({ path: '/api/x', method: 'GET', opaque }, (error, data) =>
            resolve([error, data, returned]),
          );
        });
      const [none, data, returned] = await ask('first');
      expect([none, data, returned]).toEqual([
        null,
        expect.objectContaining({ statusCode: 200, opaque: 'first' }),
        undefined,
      ]);
      await (data as { body: { text(): Promise<string> } }).body.text();
      const [error, failed] = await ask('second');
      expect([isCrossbridgeError(error) && error.code, failed]).toEqual(['rate_limited', { opaque: 'second' }]);
    });

    it(`${name}: ends when the caller aborts, by a signal or by an emitter`, async () => {
      await using setup = await setUp(load(name), () => {});
      const { pool, upstream, observer } = setup;
      const controller = new AbortController();
      const reason = new Error('enough');
      const aborted = rejection(pool.request({ path: '/api/x', method: 'GET', signal: controller.signal }));
      await expect.poll(() => upstream.requests.length).toBe(1);
      controller.abort(reason);
      expect(await aborted).toBe(reason);
      const emitter = new EventEmitter();
      const second = rejection(pool.request({ path: '/api/x', method: 'GET', signal: emitter }));
      await expect.poll(() => upstream.requests.length).toBe(2);
      emitter.emit('abort');
      expect(await second).toHaveProperty('name', 'AbortError');
      expect(observer.story.at(-1)).toBe('end cancelled cancelled');
    });

    it(`${name}: cuts a body that the caller does not want any more`, async () => {
      await using setup = await setUp(load(name), (response) => void response.writeHead(200).write('begun'));
      const { pool } = setup;
      const controller = new AbortController();
      const { body } = await pool.request({ path: '/api/x', method: 'GET', signal: controller.signal });
      const [chunk] = (await once(body, 'data')) as [Buffer];
      const failed = once(body, 'error');
      controller.abort();
      expect([String(chunk), (await failed)[0]]).toEqual(['begun', expect.objectContaining({ name: 'AbortError' })]);
    });

    it(`${name}: leaves all other requests, and what is none, to undici`, async () => {
      await using setup = await setUp(load(name), failFirst(9, 503));
      const { pool, upstream, observer } = setup;
      await (await pool.request({ path: '/other', method: 'GET' })).body.text();
      expect([upstream.requests.length, observer.story]).toEqual([1, []]);
      await expect(pool.request(undefined as never)).rejects.toThrow('invalid opts');
      await expect(pool.request({ path: '/api/x', method: 'GET', signal: 'no' as never })).rejects.toThrow(
        'signal must be',
      );
      await expect(pool.request({ path: '/api/x', method: 'CONNECT' })).rejects.toThrow('invalid method');
      expect(() => pool.request({ path: '/api/x', method: 'GET' }, 'no' as never)).toThrow('invalid callback');
    });
  }
});
