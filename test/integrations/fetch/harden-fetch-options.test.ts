import { createBridge, isCrossbridgeError } from '@crossbridge/core';
import { type Fetch, hardenFetch } from '@crossbridge/integrations/fetch';
import { expect, it } from 'vitest';

const bridge = createBridge();
const fetch: Fetch = async () => new Response();

it.each<[unknown, unknown, string]>([
  [undefined, { bridge }, 'The first argument of hardenFetch must be a fetch function, got undefined'],
  [fetch, undefined, 'The options of hardenFetch must be an object, got undefined'],
  [fetch, bridge, 'hardenFetch has no option "rateLimiter"; known here: bridge, upstreams, operation, idempotent'],
  [fetch, { bridge, operaton: 'ai' }, 'hardenFetch has no option "operaton"; did you mean "operation"?'],
  [fetch, { operation: 'ai' }, 'bridge of hardenFetch must be a bridge (see createBridge), got undefined'],
  [fetch, { bridge: null }, 'bridge of hardenFetch must be a bridge (see createBridge), got null'],
  [fetch, { bridge, operation: '' }, 'operation of hardenFetch must be a non-empty string, got ""'],
  [
    fetch,
    { bridge, operation: 'ai', idempotent: 'yes' },
    'idempotent of hardenFetch must be true, false or "auto", got "yes"',
  ],
  [fetch, { bridge, upstreams: {} }, 'upstreams of hardenFetch must be a list of rules, got an object'],
  [
    fetch,
    { bridge, upstreams: [{ host: 'a.example', operation: 'ai' }] },
    'upstreams[0] of hardenFetch must be a rule with match and operation, got an object',
  ],
])('hardenFetch(%o, %o) says what is wrong', (given, options, message) => {
  let thrown: unknown;
  try {
    hardenFetch(given as Fetch, options as never);
  } catch (error) {
    thrown = error;
  }
  expect(isCrossbridgeError(thrown) && thrown.code).toBe('invalid_argument');
  expect((thrown as Error).message).toBe(message);
});

it('hardenFetch takes what it knows, options that are left undefined included', () => {
  const options = { bridge, upstreams: undefined, operation: undefined, idempotent: undefined };
  expect(hardenFetch(fetch, options as never)).toBeTypeOf('function');
});
