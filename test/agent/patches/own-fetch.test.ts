import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isHardened } from '@crossbridge/integrations/control';
import { hardenFetch } from '@crossbridge/integrations/fetch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anthropicPatch } from '../../../packages/agent/src/patches/anthropic.ts';
import { openaiPatch } from '../../../packages/agent/src/patches/openai.ts';
import { hardenOwnFetch } from '../../../packages/agent/src/patches/own-fetch.ts';
import { installPatch, testHost } from '../../support/patch-host.ts';
import { describeWithServers, serverPath } from '../../support/servers.ts';
import { json, startUpstream, type Upstream } from '../../support/upstream.ts';

const quick = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 5, jitter: 'none' } as const;
const config = {
  operations: { op: { retry: quick }, other: { retry: { ...quick, maxAttempts: 2 } } },
  upstreams: [{ match: { path: '/v1/**' }, operation: 'op' }],
};

type Fetch = typeof globalThis.fetch;

/** A client as the SDKs make it, as far as the patch goes: `fetch` is assigned in the constructor, and copies are made with it. */
function clientClass() {
  return class Client {
    declare fetch: Fetch;
    constructor(options: { fetch?: Fetch } = {}) {
      this.fetch = options.fetch ?? globalThis.fetch;
    }
    withOptions(options: { fetch?: Fetch }): Client {
      return new (this.constructor as typeof Client)({ fetch: this.fetch, ...options });
    }
  };
}

const plainFetch: Fetch = async () => new Response('{}');

describe('the fetch of a client', () => {
  it('is hardened once, whatever copies are made of the client, and stays a plain member', () => {
    const Client = clientClass();
    hardenOwnFetch(Client.prototype, testHost(config).host);
    const client = new Client({ fetch: plainFetch });
    expect([client.fetch === plainFetch, isHardened(client.fetch)]).toEqual([false, true]);
    expect(client.withOptions({}).fetch).toBe(client.fetch);
    expect(Object.keys(client)).toEqual(['fetch']);
    client.fetch = plainFetch;
    expect(client.fetch).toBe(plainFetch);
  });

  it('is hardened in subclasses, too', () => {
    const Client = clientClass();
    hardenOwnFetch(Client.prototype, testHost(config).host);
    class Sub extends Client {}
    expect(isHardened(new Sub({ fetch: plainFetch }).fetch)).toBe(true);
  });

  it('is left alone when it was hardened by hand', () => {
    const Client = clientClass();
    const { host, bridge } = testHost(config);
    hardenOwnFetch(Client.prototype, host);
    const byHand = hardenFetch(plainFetch, { bridge, operation: 'other' }) as Fetch;
    expect(new Client({ fetch: byHand }).fetch).toBe(byHand);
  });

  it('is patched once, however often the class is met, and never where the class has one of its own kind', () => {
    const Client = clientClass();
    const { host } = testHost(config);
    hardenOwnFetch(Client.prototype, host);
    const before = Object.getOwnPropertyDescriptor(Client.prototype, 'fetch');
    hardenOwnFetch(Client.prototype, host);
    expect(Object.getOwnPropertyDescriptor(Client.prototype, 'fetch')).toEqual(before);
    expect(() => hardenOwnFetch({ fetch: plainFetch }, host)).toThrow('a fetch of its own kind');
  });

  it('is under the operation of the patch, where it has one, even if it is the global one and hardened', async () => {
    const sent: unknown[] = [];
    const answers: Fetch = async (input) => {
      sent.push(input);
      return new Response('{}', { status: 503 });
    };
    const before = globalThis.fetch;
    try {
      const { host, bridge, observer } = testHost(config, 'other');
      globalThis.fetch = hardenFetch(answers, { bridge }) as Fetch;
      const Client = clientClass();
      hardenOwnFetch(Client.prototype, host);
      const client = new Client();
      expect((await client.fetch('http://x/v1/y')).status).toBe(503);
      expect((await client.fetch('http://x/elsewhere')).status).toBe(503);
      expect(sent).toHaveLength(4);
      expect(observer.story.filter((line) => line.startsWith('end'))).toEqual(['end error 503', 'end error 503']);
    } finally {
      globalThis.fetch = before;
    }
  });

  it('is the global one as it is, where that is hardened and the patch has no operation', () => {
    const before = globalThis.fetch;
    try {
      const { host, bridge } = testHost(config);
      globalThis.fetch = hardenFetch(plainFetch, { bridge }) as Fetch;
      const Client = clientClass();
      hardenOwnFetch(Client.prototype, host);
      expect(new Client().fetch).toBe(globalThis.fetch);
    } finally {
      globalThis.fetch = before;
    }
  });

  it('passes untouched what belongs to no operation', async () => {
    const seen: unknown[] = [];
    const own: Fetch = async (...args) => {
      seen.push(args);
      return new Response('{}');
    };
    const Client = clientClass();
    const { host, observer } = testHost({ upstreams: config.upstreams, operations: { op: {} } }, 'gone');
    hardenOwnFetch(Client.prototype, host);
    const init = { method: 'POST' };
    await new Client({ fetch: own }).fetch('http://x/v1/y', init);
    expect((seen[0] as unknown[])[1]).toBe(init);
    expect(observer.story).toEqual([]);
  });

  it('may be no function: the SDK says what is wrong', () => {
    const Client = clientClass();
    hardenOwnFetch(Client.prototype, testHost(config).host);
    expect(new Client({ fetch: 'no' as never }).fetch).toBe('no');
  });
});

const require = createRequire(import.meta.url);

interface Copy {
  readonly name: string;
  readonly provider: 'openai' | 'anthropic';
  readonly file: string;
  readonly build: 'cjs' | 'esm';
  /** Where the package is; undefined for that of the project. */
  readonly alias?: string;
}

const COPIES: readonly Copy[] = [
  { name: 'openai 7', provider: 'openai', file: 'openai/client', build: 'cjs' },
  { name: 'openai 7, imported', provider: 'openai', file: 'openai/client', build: 'esm' },
  { name: 'openai 6', provider: 'openai', file: 'openai/client', build: 'cjs', alias: 'openai-6' },
  { name: 'openai 6, imported', provider: 'openai', file: 'openai/client', build: 'esm', alias: 'openai-6' },
  { name: 'openai 4', provider: 'openai', file: 'openai', build: 'cjs', alias: 'openai-4' },
  { name: 'openai 4, imported', provider: 'openai', file: 'openai', build: 'esm', alias: 'openai-4' },
  { name: '@anthropic-ai/sdk 1', provider: 'anthropic', file: '@anthropic-ai/sdk/client', build: 'cjs' },
  { name: '@anthropic-ai/sdk 1, imported', provider: 'anthropic', file: '@anthropic-ai/sdk/client', build: 'esm' },
  {
    name: '@anthropic-ai/sdk 0',
    provider: 'anthropic',
    file: '@anthropic-ai/sdk/client',
    build: 'cjs',
    alias: 'anthropic-0',
  },
];

interface Client {
  /** Not in version 4 of openai. */
  withOptions?(options: object): Client;
  readonly chat: {
    readonly completions: {
      create(body: object): Promise<unknown> & { withResponse(): Promise<{ response: Response }> };
    };
  };
  readonly messages: { create(body: object): Promise<unknown> & { withResponse(): Promise<{ response: Response }> } };
}

describeWithServers(['runtimes'], 'clients with a fetch of their own', () => {
  let upstream: Upstream;
  let nodeFetch: Fetch;

  beforeAll(async () => {
    upstream = await startUpstream(() => {});
    nodeFetch = (await import(pathToFileURL(`${serverPath('runtimes')}/node_modules/node-fetch/src/index.js`).href))
      .default;
  });

  afterAll(() => upstream[Symbol.asyncDispose]());

  const load = async ({ file, build, alias }: Copy): Promise<Record<string, new (options: object) => Client>> => {
    const inside = file.replace(/^(openai|@anthropic-ai\/sdk)/, '') || '/index';
    const directory =
      alias === undefined
        ? dirname(require.resolve(file.replace(/\/client$/, '')))
        : `${serverPath('runtimes')}/node_modules/${alias}`;
    return build === 'cjs'
      ? require(`${directory}${inside}.js`)
      : await import(pathToFileURL(`${directory}${inside}.mjs`).href);
  };

  for (const copy of COPIES) {
    it(`${copy.name}: are under policies, with the results and the errors of the SDK`, async () => {
      const exports = await load(copy);
      const { host, observer } = testHost(config);
      const patch = copy.provider === 'openai' ? openaiPatch : anthropicPatch;
      installPatch(patch, copy.file, copy.build, exports, host);
      const Class = (exports.OpenAI ?? exports.Anthropic) as new (options: object) => Client;
      const base = copy.provider === 'openai' ? `${upstream.url}/v1` : upstream.url;
      const create = (client: Client) =>
        (copy.provider === 'openai' ? client.chat.completions : client.messages).create({
          model: 'm',
          max_tokens: 1,
          messages: [],
        });
      let left = 2;
      upstream.requests.length = 0;
      upstream.answer = (response) => {
        if (left-- > 0) json(response, 503, { error: { message: 'not now' } });
        else json(response, 200, { id: 'x' });
      };
      const client = new Class({ apiKey: 'k', baseURL: base, fetch: nodeFetch });
      const { response } = await create(client).withResponse();
      expect([response.status, upstream.requests.length]).toEqual([200, 3]);
      const counts = upstream.requests.map(({ headers }) => headers['x-stainless-retry-count'] ?? '0');
      expect(counts).toEqual(['0', '0', '0']);
      left = 99;
      const thrown = await create(client.withOptions?.({ timeout: 5000 }) ?? client).catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(
        exports.InternalServerError ?? (Class as unknown as Record<string, unknown>).InternalServerError,
      );
      expect(upstream.requests.length).toBe(6);
      expect(observer.story.filter((line) => line.startsWith('end'))).toEqual(['end success', 'end error 503']);
    });
  }
});
