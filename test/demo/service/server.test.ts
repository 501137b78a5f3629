import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Children } from '../../../demo/session/children.ts';
import type { Schedule } from '../../../demo/upstream/schedule.ts';
import { always, type RunningUpstream, startUpstream } from '../support/upstream.ts';

const SERVER = fileURLToPath(new URL('../../../demo/service/server.js', import.meta.url));

let upstream: RunningUpstream | undefined;
let children: Children | undefined;

/** The service as it is, without CrossBridge, on an upstream with that schedule. */
async function startService(schedule: Schedule = always()): Promise<string> {
  upstream = await startUpstream(schedule);
  children = new Children();
  return children.start({
    name: 'the service',
    args: [SERVER],
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: {
      ...process.env,
      PORT: '0',
      OPENAI_BASE_URL: `${upstream.url}/v1`,
      OPENAI_API_KEY: 'test',
      SHOP_URL: upstream.url,
    },
  });
}

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.status;
}

afterEach(async () => {
  await children?.stop();
  await upstream?.close();
  [children, upstream] = [undefined, undefined];
});

describe('the service of the demo', () => {
  it('is plain application code', () => {
    const imports = [...readFileSync(SERVER, 'utf8').matchAll(/^import .* from '(.*)';$/gm)].map(([, name]) => name);
    expect(imports).toEqual(['node:http', 'node:stream/promises', 'openai']);
  });

  it('answers on every endpoint', async () => {
    const service = await startService();
    expect(await (await fetch(`${service}/ask?q=tea`)).json()).toEqual({ answer: expect.stringContaining('tea') });
    expect(await (await fetch(`${service}/stream?q=tea`)).text()).toContain('You asked about tea.');
    expect(await (await fetch(`${service}/similar?q=chair%20small%20kitchens`)).json()).toEqual({
      article: 'a chair for small kitchens',
    });
    expect(await (await fetch(`${service}/search?q=tea`)).json()).toMatchObject({ query: 'tea' });
    expect(await (await fetch(`${service}/stock/7`)).json()).toMatchObject({ id: 7 });
  });

  it('answers 404 to what it does not know', async () => {
    const service = await startService();
    expect([await statusOf(`${service}/`), await statusOf(`${service}/stock/9999`)]).toEqual([404, 404]);
  });

  it.each([
    ['server_error', 502],
    ['reset', 502],
    ['unavailable', 503],
    ['throttled', 429],
  ] as const)('turns %s of its upstream into %i', async (fault, status) => {
    const service = await startService(always({ fault }));
    expect(await statusOf(`${service}/stock/7`)).toBe(status);
  });

  it('breaks its own answer off when the stream of its upstream does', async () => {
    const service = await startService(always({ fault: 'truncated' }));
    const response = await fetch(`${service}/stream?q=tea`);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });
});
