import { expect, it } from 'vitest';
import { runApp } from '../support/app.ts';

const NONE = 'runtime: { admin: { enabled: false } }';

const POLICIES = `
runtime:
  operations:
    web:
      rate_limit: { capacity: 1000, window: 60s }
      retry: { max_attempts: 3, base_delay: 1ms, max_delay: 5ms }
      circuit_breaker: { consecutive_failures: 100 }
      bulkhead: { limit: 20, queue: 20 }
      timeout: { attempt: 10s, total: 60s }
  upstreams:
    - match: { host: 127.0.0.1 }
      operation: web
    - match: { host: mocked.test }
      operation: web
`;

async function printed(config: string, flags?: readonly string[]): Promise<string[]> {
  const ended = await runApp({ app: 'web/site.mjs', config, ...(flags === undefined ? {} : { flags }) });
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return ended.stdout.trim().split('\n');
}

it('a program that does with fetch and undici what people do with them prints the same with and without the flag', async () => {
  const plain = await printed(NONE, []);
  expect(plain.length).toBeGreaterThan(300);
  expect(plain.at(-1)).toMatch(/^requests that arrived \d+$/);
  expect(await printed(NONE)).toEqual(plain);
  // An answer that does not come in time is asked for again there, so more requests arrive.
  expect((await printed(POLICIES)).slice(0, -1)).toEqual(plain.slice(0, -1));
}, 120_000);
