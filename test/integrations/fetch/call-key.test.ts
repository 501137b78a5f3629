import { expect, it, vi } from 'vitest';
import { currentKey, withKey } from '../../../packages/integrations/src/fetch/call-key.ts';

it('The key of withKey is seen by another copy of the package, such as that in the agent', async () => {
  vi.resetModules();
  const copy = await import('../../../packages/integrations/src/fetch/call-key.ts');
  expect(copy.withKey).not.toBe(withKey);
  expect(withKey('user:1', () => copy.currentKey('user:2'))).toBe('user:1');
  expect(copy.withKey('user:3', () => currentKey(undefined))).toBe('user:3');
});
