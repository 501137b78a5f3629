import { describe, expect, it } from 'vitest';
import { KeyHasher } from '../../../packages/core/src/rate-limit/key-hash.ts';

function hashes(keys: readonly string[], secret = new Int32Array([1, 2]), scope = ''): Set<string> {
  const keyScope = new KeyHasher(secret).scope(scope);
  return new Set(
    keys.map((key) => {
      keyScope.hash(key);
      return `${keyScope.low} ${keyScope.high}`;
    }),
  );
}

describe('the hash of a key', () => {
  const families: Record<string, string[]> = {
    'numbers at the end': Array.from({ length: 100_000 }, (_, n) => `user:${n}`),
    'lengths alone': Array.from({ length: 2_000 }, (_, n) => 'a'.repeat(n)),
    'zeros alone': Array.from({ length: 2_000 }, (_, n) => '\0'.repeat(n)),
    // Differences in the highest bits survive a multiplication and cancel out in hashes that do nothing but multiply.
    'highest bits alone': Array.from({ length: 1 << 14 }, (_, n) =>
      Array.from({ length: 14 }, (_, bit) => String.fromCharCode(((n >> bit) & 1) << 15)).join(''),
    ),
    'single bits': Array.from({ length: 16 * 64 }, (_, n) =>
      Array.from({ length: 64 }, (_, at) => String.fromCharCode(at === n >> 4 ? 1 << (n & 15) : 0)).join(''),
    ),
  };

  it.each(Object.entries(families))('differs for keys that differ in %s', (_, keys) => {
    expect(hashes(keys).size).toBe(keys.length);
  });

  it('cannot be foretold without the secret, and has nothing to do with that of another scope', () => {
    const keys = families['numbers at the end']?.slice(0, 1_000) ?? [];
    const known = hashes(keys);
    for (const other of [hashes(keys, new Int32Array([1, 3])), hashes(keys, new Int32Array([1, 2]), 'search')]) {
      expect([...other].filter((hash) => known.has(hash))).toEqual([]);
    }
    const [one, two] = [new KeyHasher().scope(''), new KeyHasher().scope('')];
    for (const scope of [one, two]) scope.hash('user:1');
    expect([one.low, one.high]).not.toEqual([two.low, two.high]);
  });

  it('flips half of the bits for any change of one bit', () => {
    const scope = new KeyHasher(new Int32Array([7, 9])).scope('');
    let flipped = 0;
    let pairs = 0;
    for (let n = 0; n < 500; n += 1) {
      for (let bit = 0; bit < 16; bit += 1) {
        scope.hash(`key ${n}`);
        const { low, high } = scope;
        scope.hash(`key ${n}`.replace('e', (e) => String.fromCharCode(e.charCodeAt(0) ^ (1 << bit))));
        for (let word = low ^ scope.low; word !== 0; word &= word - 1) flipped += 1;
        for (let word = high ^ scope.high; word !== 0; word &= word - 1) flipped += 1;
        pairs += 1;
      }
    }
    expect(flipped / pairs).toBeGreaterThan(31.5);
    expect(flipped / pairs).toBeLessThan(32.5);
  });

  it('is the same for a key that is remembered', () => {
    const scope = new KeyHasher(new Int32Array([7, 9])).scope('');
    const seen = new Map<string, string>();
    for (let round = 0; round < 50; round += 1) {
      for (let n = 0; n < 2_000; n += 1) {
        scope.hash(`user:${n}`);
        const now = `${scope.low} ${scope.high}`;
        if ((seen.get(`user:${n}`) ?? now) !== now) expect.fail(`user:${n} has another hash than before`);
        seen.set(`user:${n}`, now);
      }
    }
    expect(new Set(seen.values()).size).toBe(2_000);
  });
});
