import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketKey, shownKey } from '../../../packages/core/src/rate-limit/call-key.ts';

describe('the bucket of a call', () => {
  it.each([
    ['user:1', 'key', 'user:1'],
    ['user:1', 'user', '1'],
    ['user:1', 'org', 'default'],
    ['username', 'user', 'default'],
    ['user:1', 'global', 'global'],
    [undefined, 'key', 'default'],
    [undefined, 'user', 'default'],
    [{ user: '1', org: 'acme' }, 'user', '1'],
    [{ user: '1', org: 'acme' }, 'org', 'acme'],
    [{ user: '1', org: 'acme' }, 'team', 'default'],
    [{ user: '1' }, 'toString', 'default'],
    [{ user: '1', org: 'acme' }, 'key', 'org:acme/user:1'],
    [{ user: '1' }, 'global', 'global'],
  ] as const)('of %o by %s is %s', (key, by, bucket) => {
    expect(bucketKey(key, by)).toBe(bucket);
  });

  it('differs for different parts and not for their order', () => {
    const parts = fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { maxKeys: 3, noNullPrototype: true });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const reversed = Object.fromEntries(Object.entries(one).reverse());
        expect(shownKey(reversed)).toBe(shownKey(one));
        const sorted = (key: Record<string, string>): string => JSON.stringify(Object.entries(key).sort());
        if (sorted(one) !== sorted(other)) expect(shownKey(one)).not.toBe(shownKey(other));
      }),
    );
    expect(shownKey({ a: 'x/b:y' })).not.toBe(shownKey({ a: 'x', b: 'y' }));
    expect(shownKey({ 'a:b': 'c' })).not.toBe(shownKey({ a: 'b:c' }));
  });
});
