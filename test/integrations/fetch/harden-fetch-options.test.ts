import { createBridge, isCrossbridgeError } from '@crossbridge/core';
import { type Fetch, hardenFetch } from '@crossbridge/integrations/fetch';
import { expect, it } from 'vitest';

const bridge = createBridge();
const fetch: Fetch = async () => new Response();

it.each<[unknown, unknown, string]>([
  [undefined, { bridge }, 'The first argument of hardenFetch must be a fetch function, got undefined'],
  [fetch, undefined, 'The options of hardenFetch must be an object, got undefined'],
  [
    fetch,
    bridge,
    'hardenFetch has no option "rateLimiter"; known here: bridge, upstreams, operation, idempotent, key, streams, tokens',
  ],
  [fetch, { bridge, operaton: 'ai' }, 'hardenFetch has no option "operaton"; did you mean "operation"?'],
  [fetch, { operation: 'ai' }, 'bridge of hardenFetch must be a bridge (see createBridge), got undefined'],
  [fetch, { bridge: null }, 'bridge of hardenFetch must be a bridge (see createBridge), got null'],
  [
    fetch,
    { bridge, operation: '' },
    'operation of hardenFetch must be a non-empty string, or a function that returns one, got ""',
  ],
  [
    fetch,
    { bridge, operation: 'ai', idempotent: 'yes' },
    'idempotent of hardenFetch must be true, false or "auto", got "yes"',
  ],
  [
    fetch,
    { bridge, operation: 'ai', key: 5 },
    'key of hardenFetch must be a string, an object of strings, or a function that returns one, got 5',
  ],
  [fetch, { bridge, streams: { guard: 'on' } }, 'streams.guard of hardenFetch must be true, false or "auto", got "on"'],
  [fetch, { bridge, streams: { stallMs: 0 } }, 'streams.stallMs of hardenFetch must be a number above 0, got 0'],
  [
    fetch,
    { bridge, streams: { stallSeconds: 5 } },
    'streams of hardenFetch has no option "stallSeconds"; known here: guard, stallMs, silenceMs, onFirstContent, onEnd',
  ],
  [fetch, { bridge, streams: { onEnd: 1 } }, 'streams.onEnd of hardenFetch must be a function, got 1'],
  [fetch, { bridge, tokens: {} }, 'tokens.operation of hardenFetch must be a non-empty string, got undefined'],
  [
    fetch,
    { bridge, tokens: { operation: 'tpm', count: 'all' } },
    'tokens.count of hardenFetch must be "total", "input" or "output", got "all"',
  ],
  [
    fetch,
    { bridge, tokens: { operation: 'tpm', estimate: 5 } },
    'tokens.estimate of hardenFetch must be a function, got 5',
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

it('has as many parameters as what it wraps', () => {
  expect([hardenFetch(globalThis.fetch, { bridge }).length, hardenFetch(fetch, { bridge }).length]).toEqual([
    globalThis.fetch.length,
    0,
  ]);
});
