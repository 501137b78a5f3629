import { authorityOver, createBridge } from '@crossbridge/core';
import { hardenFetch } from '@crossbridge/integrations/fetch';
import { expect, it } from 'vitest';

const upstream = (operation: string) => ({ match: { host: 'example.com' }, operation });

it('makes the attempts of the operations of all upstreams known from the first on, also of those that a reload brings', async () => {
  const bridge = createBridge({ operations: { search: {} }, upstreams: [upstream('search')] });
  hardenFetch(globalThis.fetch, { bridge });
  expect(await bridge.run('search', () => authorityOver('search', 'http'))).toBe('none');
  bridge.apply({ operations: { answer: {} }, upstreams: [upstream('answer')] });
  expect(await bridge.run('answer', () => authorityOver('answer', 'http'))).toBe('none');
});

it('asks no more of a bridge for each further client', () => {
  const bridge = createBridge({ operations: { search: {} }, upstreams: [upstream('search')] });
  let observers = 0;
  const counted = new Proxy(bridge, {
    get(target, name) {
      if (name === 'observe') observers += 1;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  for (let client = 0; client < 3; client += 1) hardenFetch(globalThis.fetch, { bridge: counted });
  expect(observers).toBe(1);
});
