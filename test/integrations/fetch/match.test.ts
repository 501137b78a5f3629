import { createBridge } from '@crossbridge/core';
import { hardenFetch } from '@crossbridge/integrations/fetch';
import { describe, expect, it } from 'vitest';
import { RecordingObserver } from '../../support/recording-observer.ts';

/** The operation that a request is put under, seen from outside. */
async function operationOf(match: object, method: string, url: string): Promise<string | undefined> {
  const observer = new RecordingObserver();
  const bridge = createBridge(
    { operations: { op: {} }, upstreams: [{ match, operation: 'op' }] },
    { observers: [observer] },
  );
  await hardenFetch(async () => new Response(), { bridge })(url, { method });
  return observer.ofType('call.started')[0]?.call.operation;
}

describe('upstream rules', () => {
  it.each([
    [{}, 'GET', 'http://anything/at/all', true],
    [{ host: 'api.openai.com' }, 'GET', 'https://api.openai.com/v1', true],
    [{ host: 'API.OpenAI.com' }, 'GET', 'https://api.openai.com/v1', true],
    [{ host: 'api.openai.com' }, 'GET', 'https://api.openai.com:8443/v1', true],
    [{ host: 'api.openai.com:443' }, 'GET', 'https://api.openai.com/v1', true],
    [{ host: 'api.openai.com:443' }, 'GET', 'https://api.openai.com:8443/v1', false],
    [{ host: 'api.openai.com' }, 'GET', 'https://evil-api.openai.com/v1', false],
    [{ host: '*.openai.com' }, 'GET', 'https://eu.api.openai.com/v1', true],
    [{ host: '*.openai.com' }, 'GET', 'https://openai.com/v1', false],
    [{ path: '/v1/chat/**' }, 'GET', 'http://h/v1/chat/completions/1', true],
    [{ path: '/v1/chat/**' }, 'GET', 'http://h/v1/chat', true],
    [{ path: '/v1/chat/**' }, 'GET', 'http://h/v1/chatter', false],
    [{ path: '/v1/*/items' }, 'GET', 'http://h/v1/a/items', true],
    [{ path: '/v1/*/items' }, 'GET', 'http://h/v1/a/b/items', false],
    [{ path: '/a.b' }, 'GET', 'http://h/aXb', false],
    [{ path: '/search' }, 'GET', 'http://h/search?q=/other', true],
    [{ path: '/v1/**/x' }, 'GET', 'http://h/v1/x', true],
    [{ path: '/v1/**/x' }, 'GET', 'http://h/v1/a/b/x', true],
    [{ path: '/v1/**/x' }, 'GET', 'http://h/v1/a/b/xy', false],
    [{ path: '/v1/{id}' }, 'GET', 'http://h/v1/42', true],
    [{ path: '/v1/item-*-b' }, 'GET', 'http://h/v1/item-a-b-b', true],
    [{ path: '/v1/item-*-b' }, 'GET', 'http://h/v1/item-a-c', false],
    [{ path: '/ü' }, 'GET', 'http://h/ü', true],
    [{ path: '/' }, 'GET', 'http://h', true],
    [{ path: '/**' }, 'GET', 'http://h/any/thing', true],
    [{ host: '::1' }, 'GET', 'http://[::1]:80/', true],
    [{ host: '[::1]:8080' }, 'GET', 'http://[::1]:8080/', true],
    [{ host: 'bücher.example' }, 'GET', 'http://bücher.example/', true],
    [{ host: 'example.com' }, 'GET', 'http://example.com./', true],
    [{ methods: ['POST', 'PUT'] }, 'PUT', 'http://h/', true],
    [{ methods: ['POST', 'PUT'] }, 'GET', 'http://h/', false],
  ])('%j and %s %s: %s', async (match, method, url, matches) => {
    expect(await operationOf(match, method, url)).toBe(matches ? 'op' : undefined);
  });

  it('take a hostile path in a number of steps that its length bounds', async () => {
    const path = `/${'a/b/'.repeat(5_000)}end`;
    expect(await operationOf({ path: '/**/a/**/b/**/a/**/b/**/a/**/nothing' }, 'GET', `http://h${path}`)).toBe(
      undefined,
    );
    expect(await operationOf({ path: `/${'*a'.repeat(30)}` }, 'GET', `http://h/${'a'.repeat(5_000)}b`)).toBe(undefined);
  });
});
