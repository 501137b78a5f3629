import { existsSync } from 'node:fs';
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

/** What is said where imports cannot be watched: requires can. */
const warning = (what: string): string =>
  `crossbridge: warning: ${what} only where it is required, not imported, in Node.js 22.15.0: use 22.22.3, 24.11.1, 25.1 or later\n`;

const DRIVERS = `
runtime:
  operations:
    db.query: { retry: { max_attempts: 3, base_delay: 1ms } }
    redis.command: { retry: { max_attempts: 3, base_delay: 1ms } }
`;

describeWithServers(['runtimes'], 'under the flag', () => {
  const other = (major: string): string =>
    `${serverPath('runtimes')}/node_modules/node-${major}-${process.platform}-${process.arch}/bin/node`;
  const nodes = [
    { version: '22.15', node: other('22.15'), watchesImports: false },
    { version: '22', node: other('22'), watchesImports: true },
    { version: '24', node: process.execPath, watchesImports: true },
    { version: '26', node: other('26'), watchesImports: true },
    // The oldest is not to be had for every machine.
  ].filter(({ node }) => existsSync(node));

  for (const { version, node, watchesImports } of nodes) {
    for (const format of ['cjs', 'mjs']) {
      const blind = format === 'mjs' && !watchesImports;

      it(`Node.js ${version} retries what nodes/app.${format} sends, whatever it sends it with`, async () => {
        await using upstream = await startUpstream(refuseFirst);
        const env = { UPSTREAM_URL: upstream.url };
        const ended = await runApp({ app: `nodes/app.${format}`, config, env, node });
        expect(ended).toMatchObject({
          code: 0,
          stderr: blind ? warning('@anthropic-ai/sdk is under policies') + warning('openai is under policies') : '',
        });
        const ofSdk = ['hi', 200];
        expect(JSON.parse(ended.stdout)).toEqual({
          node: expect.stringMatching(`^v${version}\\.`),
          report: Object.fromEntries(
            CALLS.map((name) => [name, name.endsWith('a fetch') ? ofSdk : /openai|anthropic/.test(name) ? 'hi' : true]),
          ),
          status: {
            fetch: 'active',
            undici: 'active',
            ...(blind ? {} : { openai: 'active', '@anthropic-ai/sdk': 'active' }),
          },
        });
        const seen = upstream.requests.map(({ path }) => decodeURIComponent(path.split('/')[1] ?? ''));
        expect(seen).toEqual(CALLS.flatMap((name) => [name, name]));
        // An SDK that had sent it again by itself would say so.
        const counts = upstream.requests.flatMap(({ headers }) => headers['x-stainless-retry-count'] ?? []);
        expect(counts.filter((count) => count !== '0')).toHaveLength(blind ? 2 : 0);
        expect(counts).toHaveLength(8);
      });

      it(`Node.js ${version} retries what nodes/drivers-app.${format} asks databases`, async () => {
        const ended = await runApp({ app: `nodes/drivers-app.${format}`, config: DRIVERS, node });
        expect(ended).toMatchObject({ code: 0, stderr: blind ? warning('there are spans of ioredis') : '' });
        expect(JSON.parse(ended.stdout)).toEqual({
          node: expect.stringMatching(`^v${version}\\.`),
          report: { pg: 3, mysql2: 3, ioredis: 3 },
          status: { fetch: 'active', pg: 'active', mysql2: 'active', ioredis: 'active' },
        });
      });
    }
  }

  it('says of a Node.js that is too old what it needs, and the application runs', async () => {
    const older = `data:text/javascript,${encodeURIComponent(
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.5' } });",
    )}`;
    const flags = ['--import', older, '--import', '@crossbridge/agent'];
    expect(await runApp({ app: 'nodes/too-old.mjs', config, flags })).toMatchObject({
      code: 0,
      stdout: 'fetch: as it was\n',
      stderr:
        'crossbridge: Node.js 20.19.5 is too old for @crossbridge/agent, and the application runs without it: use 22.15 or later\n',
    });
  });
});
