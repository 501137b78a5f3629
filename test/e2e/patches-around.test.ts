import { describe, expect, it } from 'vitest';
import { runApp } from '../support/app.ts';

const retry = '{ max_attempts: 4, base_delay: 1ms, jitter: none }';

const database = `
runtime:
  admin: { enabled: false }
  operations:
    outer: { retry: { max_attempts: 3, base_delay: 1ms, jitter: none } }
    db.query: { retry: ${retry} }
    redis.command: { retry: ${retry} }
`;

const http = `
runtime:
  admin: { enabled: false }
  operations:
    outer: { retry: { max_attempts: 3, base_delay: 1ms, jitter: none } }
    web: { retry: ${retry} }
  upstreams:
    - match: { host: 127.0.0.1 }
      operation: web
`;

describe('under the flag, retries of the application around a call multiply nothing, from the very first call on', () => {
  for (const around of ['retryWithBackoff', 'run']) {
    it.each([
      ['pg pool', database],
      ['mysql2', database],
      ['ioredis', database],
      ['fetch', http],
    ])(`%s inside ${around}`, async (call, config) => {
      const ended = await runApp({ app: 'around/app.mjs', config, env: { CALL: call, AROUND: around } });
      expect(ended).toMatchObject({ code: 0, stdout: 'asked: 3\n', stderr: '' });
    });
  }
});
