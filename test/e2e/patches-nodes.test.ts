import { expect, it } from 'vitest';
import { runApp } from '../support/app.ts';
import { describeWithServers, serverPath } from '../support/servers.ts';
import { type Answer, json, startUpstream } from '../support/upstream.ts';

const config = `
runtime:
  operations:
    op: { retry: { max_attempts: 2, base_delay: 1ms } }
  upstreams:
    - match: { host: 127.0.0.1 }
      operation: op
`;

/** What the applications call, each at a path of its own. */
const CALLS = [
  'fetch',
  'undici.fetch',
  'undici.request',
  'undici.Pool',
  'openai',
  'openai with a fetch',
  'anthropic',
  'anthropic with a fetch',
];

/** Refuses the first request of each kind, and answers the second as the providers do. */
const refuseFirst: Answer = (response, { path }, index) => {
  if (index % 2 === 0) json(response, 503, { error: { message: 'not now' } });
  else if (path.endsWith('/chat/completions')) json(response, 200, { choices: [{ message: { content: 'hi' } }] });
  else if (path.endsWith('/messages')) json(response, 200, { content: [{ type: 'text', text: 'hi' }] });
  else json(response, 200, { ok: true });
};

describeWithServers(['runtimes'], 'under the flag', () => {
  const nodes: readonly (readonly [string, () => string])[] = [
    ['22', () => other('22')],
    ['24', () => process.execPath],
    ['26', () => other('26')],
  ];
  const other = (major: string): string =>
    `${serverPath('runtimes')}/node_modules/node-${major}-${process.platform}-${process.arch}/bin/node`;

  for (const [major, node] of nodes) {
    for (const app of ['nodes/app.cjs', 'nodes/app.mjs']) {
      it(`Node.js ${major} retries what ${app} sends, whatever it sends it with`, async () => {
        await using upstream = await startUpstream(refuseFirst);
        const env = { UPSTREAM_URL: upstream.url };
        const ended = await runApp({ app, config, env, node: node() });
        expect(ended).toMatchObject({ code: 0, stderr: '' });
        const ofSdk = ['hi', 200];
        expect(JSON.parse(ended.stdout)).toEqual({
          node: expect.stringMatching(`^v${major}\\.`),
          report: Object.fromEntries(
            CALLS.map((name) => [name, name.endsWith('a fetch') ? ofSdk : /openai|anthropic/.test(name) ? 'hi' : true]),
          ),
          status: { fetch: 'active', undici: 'active', openai: 'active', '@anthropic-ai/sdk': 'active' },
        });
        const seen = upstream.requests.map(({ path }) => decodeURIComponent(path.split('/')[1] ?? ''));
        expect(seen).toEqual(CALLS.flatMap((name) => [name, name]));
        // An SDK that had sent it again by itself would say so.
        const bySdk = upstream.requests.filter(({ headers }) => headers['x-stainless-retry-count'] !== undefined);
        expect(bySdk.map(({ headers }) => headers['x-stainless-retry-count'])).toEqual(Array(8).fill('0'));
      });
    }
  }
});
