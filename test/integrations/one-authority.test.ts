import { createOpenAI } from '@ai-sdk/openai';
import { type Bridge, createBridge, NonRetryableError } from '@crossbridge/core';
import { hardenAIProvider } from '@crossbridge/integrations/ai';
import { hardenLanguageModel } from '@crossbridge/integrations/ai-sdk';
import { hardenDatabaseConnection, withDatabaseRetry } from '@crossbridge/integrations/database';
import { hardenFetch } from '@crossbridge/integrations/fetch';
import { hardenOpenAI } from '@crossbridge/integrations/openai';
import { generateText } from 'ai';
import OpenAI from 'openai';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { quickRetry, setUpAi } from '../support/ai-clients.ts';
import { type OperationInput, rejection } from '../support/bridges.ts';
import { RecordingObserver } from '../support/recording-observer.ts';
import { type Answer, json, startUpstream, type Upstream } from '../support/upstream.ts';
import { failures } from './database/database-errors.ts';

const question = { model: 'gpt-test', messages: [{ role: 'user' as const, content: 'hello' }] };
const down: Answer = (response) => json(response, 503, { error: { message: 'down' } });
const broken: Answer = (response) => response.destroy();

afterEach(() => vi.unstubAllGlobals());

interface Http extends AsyncDisposable {
  readonly upstream: Upstream;
  readonly bridge: Bridge;
  readonly observer: RecordingObserver;
  /** Throws for what is no answer, as whoever wants it retried must. */
  get(): Promise<string>;
}

async function setUpHttp(operations: Readonly<Record<string, OperationInput>>): Promise<Http> {
  const upstream = await startUpstream(down);
  const observer = new RecordingObserver();
  const bridge = createBridge({ operations: { inner: {}, ...operations } }, { observers: [observer] });
  const fetch = hardenFetch(globalThis.fetch, { bridge, operation: 'inner' });
  const get = async (): Promise<string> => {
    const response = await fetch(upstream.url);
    const text = await response.text();
    if (!response.ok) throw Object.assign(new Error(text), { status: response.status });
    return text;
  };
  return { upstream, bridge, observer, get, [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose]() };
}

const admitted = ({ observer }: Http): unknown[] =>
  observer.ofType('rate_limit.decided').filter(({ result }) => result === 'admitted');

describe('a hardened fetch', () => {
  it('makes one attempt inside each of retryWithBackoff, under its own limits, and says why', async () => {
    await using http = await setUpHttp({
      inner: { retry: quickRetry, rateLimit: { capacity: 60, windowSeconds: 60 } },
    });
    expect(await rejection(http.bridge.retry(http.get, { ...quickRetry, maxAttempts: 4 }))).toMatchObject({
      status: 503,
    });
    expect(http.upstream.requests).toHaveLength(4);
    const decisions = http.observer
      .ofType('retry.decided')
      .map(({ call, decision }) => `${call.operation} ${decision}`);
    expect(decisions.filter((line) => line.startsWith('inner'))).toEqual(Array(4).fill('inner nested'));
    expect(admitted(http)).toHaveLength(4);
  });

  it('makes one attempt inside each of an operation that is retried', async () => {
    await using http = await setUpHttp({ inner: { retry: quickRetry }, outer: { retry: quickRetry } });
    await rejection(http.bridge.run('outer', http.get));
    expect(http.upstream.requests).toHaveLength(3);
  });

  it('keeps its retries inside an operation that is not retried', async () => {
    await using http = await setUpHttp({ inner: { retry: quickRetry }, outer: {} });
    await rejection(http.bridge.run('outer', http.get));
    expect(http.upstream.requests).toHaveLength(3);
  });

  it('is part of a call of the same operation, which alone is counted', async () => {
    await using http = await setUpHttp({
      inner: { retry: quickRetry, rateLimit: { capacity: 60, windowSeconds: 60 } },
    });
    await rejection(http.bridge.run('inner', http.get));
    expect(http.upstream.requests).toHaveLength(3);
    expect(http.observer.ofType('call.ended')).toHaveLength(1);
    expect(admitted(http)).toHaveLength(1);
  });

  it('does not wait for a slot that the call of the same operation around it holds', async () => {
    await using http = await setUpHttp({ inner: { bulkhead: { limit: 1, queue: 0 } } });
    http.upstream.answer = (response) => json(response, 200, 'ok');
    expect(await http.bridge.run('inner', http.get)).toBe('"ok"');
  });

  it('is still a call of its own for what an attempt leaves running', async () => {
    await using http = await setUpHttp({ inner: { retry: quickRetry }, outer: { retry: quickRetry } });
    let start: () => void = () => {};
    const left = await http.bridge.run('outer', () => {
      const later = new Promise<void>((resolve) => {
        start = resolve;
      }).then(http.get);
      return { later };
    });
    start();
    await rejection(left.later);
    expect(http.upstream.requests).toHaveLength(3);
  });

  it('leaves an explicit run inside a run to whoever wrote it', async () => {
    await using http = await setUpHttp({ outer: { retry: quickRetry }, middle: { retry: quickRetry } });
    await rejection(http.bridge.run('outer', () => http.bridge.run('middle', http.get)));
    expect(http.upstream.requests).toHaveLength(9);
  });
});

describe.each([
  ['answers with a failure', down],
  ['breaks the connection', broken],
])('an OpenAI client that retries twice by itself, while the upstream %s,', (_, answer) => {
  it.each([
    ['a policy of its own', { retry: quickRetry }],
    ['none', {}],
    ['one in shadow mode', { retry: { ...quickRetry, mode: 'shadow' as const } }],
  ])('makes one request inside each attempt of retryWithBackoff, hardened with %s', async (_policy, generate) => {
    await using setup = await setUpAi(answer, generate);
    const openai = hardenOpenAI(setup.openai, { bridge: setup.bridge });
    const ask = () => openai.chat.completions.create(question);
    const error = await rejection(setup.bridge.retry(ask, { ...quickRetry, retryableErrors: [OpenAI.APIError] }));
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it('makes one request inside each attempt of a call of the same operation', async () => {
    await using setup = await setUpAi(answer);
    const openai = hardenOpenAI(setup.openai, { bridge: setup.bridge });
    await rejection(setup.bridge.run('ai_generate', () => openai.chat.completions.create(question)));
    expect(setup.upstream.requests).toHaveLength(3);
    expect(setup.observer.ofType('call.ended')).toHaveLength(1);
  });

  it('makes one request inside each attempt of retryWithBackoff on a global fetch that is hardened', async () => {
    await using setup = await setUpAi(answer);
    const match = { host: '127.0.0.1', path: null, methods: null };
    const upstreams = [{ match, operation: 'ai_generate', idempotent: 'auto' as const }];
    vi.stubGlobal('fetch', hardenFetch(globalThis.fetch, { bridge: setup.bridge, upstreams }));
    const openai = new OpenAI({ apiKey: 'sk-test', baseURL: `${setup.upstream.url}/v1` });
    await rejection(setup.bridge.retry(() => openai.chat.completions.create(question), quickRetry));
    expect(setup.upstream.requests).toHaveLength(3);
  });

  it('makes one request for each attempt of a hardened provider that uses it', async () => {
    await using setup = await setUpAi(answer);
    const openai = hardenOpenAI(setup.openai, { bridge: setup.bridge });
    const provider = {
      complete: (content: string) =>
        openai.chat.completions.create({ ...question, messages: [{ role: 'user', content }] }),
    };
    const ai = hardenAIProvider(provider, { bridge: setup.bridge, healthCheck: false });
    await rejection(ai.complete('hello'));
    expect(setup.upstream.requests).toHaveLength(3);
    const other = hardenAIProvider(provider, {
      bridge: setup.bridge,
      operations: { complete: 'other' },
      retryPolicy: { ...quickRetry, maxAttempts: 2 },
      healthCheck: false,
    });
    await rejection(other.complete('hello'));
    expect(setup.upstream.requests).toHaveLength(5);
  });

  it('makes one request for each attempt with another hardened fetch, of another operation, below it', async () => {
    await using setup = await setUpAi(answer, { retry: quickRetry }, { flag: { retry: quickRetry } });
    const fetch = hardenFetch(globalThis.fetch, { bridge: setup.bridge, operation: 'flag' });
    const openai = hardenOpenAI(setup.openai.withOptions({ fetch }), { bridge: setup.bridge });
    await rejection(openai.chat.completions.create(question));
    expect(setup.upstream.requests).toHaveLength(3);
    expect(setup.observer.ofType('call.ended').map(({ call }) => call.operation)).toEqual(['ai_generate']);
  });
});

describe('a hardened model of the AI SDK, which retries twice by itself,', () => {
  it.each([
    ['another operation', 'outer', 3],
    ['the same operation', 'ai_generate', 3],
  ])('makes one request inside each attempt of %s', async (_, operation, requests) => {
    await using setup = await setUpAi(down, { retry: quickRetry }, { outer: { retry: quickRetry } });
    const provider = createOpenAI({ apiKey: 'sk-test', baseURL: `${setup.upstream.url}/v1` });
    const model = hardenLanguageModel(provider.chat('gpt-test'), { bridge: setup.bridge });
    await rejection(setup.bridge.run(operation, () => generateText({ model, prompt: 'hello' })));
    expect(setup.upstream.requests).toHaveLength(requests);
  });
});

describe('a model of the AI SDK on a hardened fetch', () => {
  const text = async (maxRetries: number, harden: boolean): Promise<number> => {
    await using setup = await setUpAi(down);
    const fetch = hardenFetch(globalThis.fetch, { bridge: setup.bridge, operation: 'ai_generate' });
    const provider = createOpenAI({ apiKey: 'sk-test', baseURL: `${setup.upstream.url}/v1`, fetch });
    const chat = provider.chat('gpt-test');
    const model = harden ? hardenLanguageModel(chat, { bridge: setup.bridge }) : chat;
    await rejection(generateText({ model, prompt: 'hello', maxRetries }));
    return setup.upstream.requests.length;
  };

  it('has no way to tell the AI SDK to leave a failure alone', async () => {
    expect(await text(1, false)).toBe(6);
    expect(await text(0, false)).toBe(3);
  });

  it('is not asked again by the AI SDK when it is hardened itself', async () => {
    expect(await text(1, true)).toBe(3);
  });
});

describe('a hardened connection to a database', () => {
  it('is asked once inside each attempt of withDatabaseRetry and of retryWithBackoff', async () => {
    const bridge = createBridge({ retry: { policies: { quick: quickRetry } } });
    let asked = 0;
    const driver = {
      async query(_sql: string): Promise<never> {
        asked += 1;
        throw failures.deadlock();
      },
    };
    const connection = hardenDatabaseConnection(driver, { bridge });
    await rejection(withDatabaseRetry({ bridge })(async () => connection.query('select 1'))());
    expect(asked).toBe(3);
    await rejection(bridge.retry(() => connection.query('select 1'), quickRetry));
    expect(asked).toBe(6);
    await rejection(withDatabaseRetry({ bridge, operation: 'other' })(async () => connection.query('select 1'))());
    expect(asked).toBe(9);
  });

  it('passes the error of the driver on as it is', async () => {
    const bridge = createBridge({});
    const error = new NonRetryableError('no');
    const connection = hardenDatabaseConnection({ query: () => Promise.reject(error) }, { bridge });
    expect(await rejection(bridge.run('db.query', () => connection.query()))).toBe(error);
  });
});
