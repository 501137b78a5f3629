import { createRequire } from 'node:module';
import { isCrossbridgeError } from '@crossbridge/core';
import { afterEach, expect, it } from 'vitest';
import type { PatchHost } from '../../../packages/agent/src/patches/patch.ts';
import { undiciPatch } from '../../../packages/agent/src/patches/undici.ts';
import { rejection } from '../../support/bridges.ts';
import { installPatch, testHost } from '../../support/patch-host.ts';
import { describeWithServers, serverPath } from '../../support/servers.ts';
import { failFirst, startUpstream } from '../../support/upstream.ts';

type Undici = typeof import('undici');

const require = createRequire(import.meta.url);
const retry = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 5, jitter: 'none' } as const;
const config = {
  operations: { op: { retry }, once: { rateLimit: { capacity: 1, windowSeconds: 3600 } } },
  upstreams: [
    { match: { path: '/api/**' }, operation: 'op' },
    { match: { path: '/once' }, operation: 'once' },
  ],
};

function nameOf(file: string): string {
  return file.replace(/^.*\/node_modules\/(undici[^/]*)/, '$1');
}

/** A copy of the package that nothing else has loaded. */
function forget(name: string): void {
  for (const file of Object.keys(require.cache)) {
    if (nameOf(file).startsWith(`${name}/`)) delete require.cache[file];
  }
}

describeWithServers(['runtimes'], 'the patch of undici', () => {
  const versions = ['undici-6', 'undici-7', 'undici'];
  const pathOf = (name: string): string =>
    name === 'undici'
      ? require.resolve('undici').replace(/\/index\.js$/, '')
      : `${serverPath('runtimes')}/node_modules/${name}`;

  afterEach(() => {
    for (const name of versions) forget(name);
  });

  /** As the hooks do it: each file is patched before the one that requires it has it. */
  const inTime = (name: string, host: PatchHost): Undici => {
    forget(name);
    installPatch(undiciPatch, 'undici/lib/api', 'cjs', require(`${pathOf(name)}/lib/api`), host);
    installPatch(undiciPatch, 'undici/lib/web/fetch', 'cjs', require(`${pathOf(name)}/lib/web/fetch`), host);
    const main = require(pathOf(name)) as Undici;
    installPatch(undiciPatch, 'undici', 'cjs', main, host);
    return main;
  };

  const late = (name: string, host: PatchHost): Undici => {
    forget(name);
    const main = require(pathOf(name)) as Undici;
    installPatch(undiciPatch, 'undici/lib/api', 'cjs', require(`${pathOf(name)}/lib/api`), host);
    installPatch(undiciPatch, 'undici', 'cjs', main, host);
    return main;
  };

  for (const name of versions) {
    for (const [when, load] of [
      ['before it is handed on', inTime],
      ['after it was loaded', late],
    ] as const) {
      it(`hardens fetch and request of ${name}, found ${when}, each once`, async () => {
        const { host, observer } = testHost(config);
        const undici = load(name, host);
        const pool = new undici.Pool('http://127.0.0.1:1');
        await pool.close();
        const calls: readonly (readonly [string, (url: string) => Promise<number>])[] = [
          ['fetch', async (url) => (await undici.fetch(url)).status],
          ['fetch of a Request', async (url) => (await undici.fetch(new undici.Request(url))).status],
          ['request', async (url) => (await undici.request(url)).statusCode],
          ['request with options', async (url) => (await undici.request(new URL(url), { method: 'GET' })).statusCode],
          [
            'request of an agent',
            async (url) => {
              const agent = new undici.Agent();
              const { statusCode, body } = await agent.request({
                origin: new URL(url).origin,
                path: '/api/x',
                method: 'GET',
              });
              await body.text();
              await agent.close();
              return statusCode;
            },
          ],
        ];
        for (const [what, call] of calls) {
          await using upstream = await startUpstream(failFirst(2, 503));
          expect([what, await call(`${upstream.url}/api/x`), upstream.requests.length]).toEqual([what, 200, 3]);
        }
        expect(observer.story.filter((line) => line.startsWith('end'))).toEqual(calls.map(() => 'end success'));
      });
    }

    it(`has ${name} refuse with the error of the policy, and leaves what is nobody's to undici`, async () => {
      const { host, observer } = testHost(config);
      const undici = inTime(name, host);
      await using upstream = await startUpstream(failFirst(0, 200));
      await (await undici.request(`${upstream.url}/once`)).body.text();
      for (const call of [undici.request(`${upstream.url}/once`), undici.fetch(`${upstream.url}/once`)]) {
        const error = await rejection(call);
        expect(isCrossbridgeError(error) && error.code).toBe('rate_limited');
      }
      const told = observer.story.length;
      await (await undici.request(`${upstream.url}/other`)).body.text();
      await (await undici.fetch(`${upstream.url}/other`)).text();
      expect([upstream.requests.length, observer.story.length]).toEqual([3, told]);
      expect([
        undici.fetch.name,
        undici.Dispatcher.prototype.request.name,
        undici.Dispatcher.prototype.request.length,
      ]).toEqual(['fetch', 'request', 2]);
    });
  }
});
