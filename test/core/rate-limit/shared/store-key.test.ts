import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storeKeyOf } from '../../../../packages/core/src/rate-limit/shared/store-key.ts';

describe('the name of a bucket in the store', () => {
  it('is what people read in it', () => {
    expect(storeKeyOf('cb:', 'search', undefined, 'user:1')).toBe('cb:{search:user:1}');
    expect(storeKeyOf('cb:', 'search/daily', 'search', 'user:1')).toBe('cb:{search}search/daily:user:1');
  });

  it('is that of one limit and one key, wherever they have colons', () => {
    const part = fc.string({ unit: fc.constantFrom('a', ':', '%', '#', '3', 'A'), maxLength: 6 });
    fc.assert(
      fc.property(part, part, part, part, (limit, key, otherLimit, otherKey) => {
        const same = limit === otherLimit && key === otherKey;
        expect(storeKeyOf('', limit, undefined, key) === storeKeyOf('', otherLimit, undefined, otherKey)).toBe(same);
      }),
      { examples: [['a:b', 'c', 'a', 'b:c']] },
    );
  });

  it('is no other for a key that looks like the hash of a long one', () => {
    const long = storeKeyOf('', 'search', undefined, 'x'.repeat(100));
    const hash = long.slice('{search:'.length, -1);
    expect(storeKeyOf('', 'search', undefined, hash)).not.toBe(long);
  });
});
