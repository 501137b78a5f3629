import { authorityOver, createBridge, willAskAboutThoseOf } from '@crossbridge/core';
import { expect, it } from 'vitest';

// What was said stays said in the process, so each test has operations of its own.
it('lets the very first attempt be known to who asks about its operation', async () => {
  const bridge = createBridge({ operations: { unsaid: {}, said: {} } });
  willAskAboutThoseOf(bridge, ({ operations }) => Object.keys(operations).filter((name) => name === 'said'));
  expect(await bridge.run('unsaid', () => authorityOver('unsaid'))).toBe('full');
  expect(await bridge.run('said', () => authorityOver('said'))).toBe('none');
});

it('says it again when a reload brings another operation', async () => {
  const bridge = createBridge({ operations: { old: {} } });
  willAskAboutThoseOf(bridge, ({ operations }) => Object.keys(operations));
  expect(() => bridge.apply({ operations: { 'bad ': { timeout: { attemptMs: -1 } } } })).toThrow();
  bridge.apply({ operations: { new: {} } });
  expect(await bridge.run('new', () => authorityOver('new'))).toBe('none');
});
