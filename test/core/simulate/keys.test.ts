import type { CallKey } from '@crossbridge/core';
import { describe, expect, it } from 'vitest';
import { type Keys, keySource } from '../../../packages/core/src/simulate/keys.ts';

function draws(keys: Keys, count = 20_000, seed = 1): readonly CallKey[] {
  const next = keySource(keys, seed, 'keys');
  return Array.from({ length: count }, () => next() as CallKey);
}

function shares(keys: readonly unknown[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[String(key)] = (counts[String(key)] ?? 0) + 1 / keys.length;
  return counts;
}

describe('the keys of calls', () => {
  it('are none by default', () => {
    expect(keySource(undefined, 1)()).toBeUndefined();
  });

  it('are so many, all alike', () => {
    const found = shares(draws(4));
    expect(Object.keys(found).sort()).toEqual(['key:0', 'key:1', 'key:2', 'key:3']);
    for (const share of Object.values(found)) expect(Math.abs(share - 0.25)).toBeLessThan(0.015);
    expect(new Set(draws({ count: 2, prefix: 'user:' }))).toEqual(new Set(['user:0', 'user:1']));
  });

  it.each([0.5, 1, 2])('follow the law of Zipf with an exponent of %d', (zipf) => {
    const found = shares(draws({ count: 50, zipf }));
    const total = Array.from({ length: 50 }, (_, index) => (index + 1) ** -zipf).reduce((sum, each) => sum + each);
    for (const index of [0, 1, 4, 9]) {
      expect(Math.abs((found[`key:${index}`] ?? 0) - (index + 1) ** -zipf / total)).toBeLessThan(0.012);
    }
    // The last one is among them, too.
    expect(draws({ count: 3, zipf })).toContain('key:2');
  });

  it('are those of a list, by weight', () => {
    const found = shares(draws(['a', { key: 'b', weight: 3 }, { key: 'never', weight: 0 }]));
    expect(Math.abs((found.a ?? 0) - 0.25)).toBeLessThan(0.015);
    expect(Math.abs((found.b ?? 0) - 0.75)).toBeLessThan(0.015);
    expect(found.never).toBeUndefined();
    expect(draws([{ user: '1', org: 'acme' }], 1)).toEqual([{ user: '1', org: 'acme' }]);
    expect(draws([{ key: { user: '1', org: 'acme' }, weight: 2 }], 1)).toEqual([{ user: '1', org: 'acme' }]);
    // A part may be called so.
    expect(draws([{ key: '1', weight: '2' }], 1)).toEqual([{ key: '1', weight: '2' }]);
  });

  it('have parts, of which one may belong to another', () => {
    const keys = draws({
      parts: { user: { count: 100, zipf: 1 }, org: { count: 5, prefix: 'org-', of: 'user' }, plan: ['free', 'paid'] },
    }) as readonly Readonly<Record<string, string>>[];
    const orgs = Map.groupBy(keys, ({ user }) => user);
    expect(orgs.size).toBe(100);
    for (const [, own] of orgs) expect(new Set(own.map(({ org }) => org)).size).toBe(1);
    expect(new Set(keys.map(({ org }) => org)).size).toBe(5);
    expect(new Set(keys.map(({ plan, user }) => `${user} ${plan}`)).size).toBeGreaterThan(150);
    expect(keys[0]?.user).toMatch(/^\d+$/);
    expect(keys[0]?.org).toMatch(/^org-\d$/);
  });

  it('are the same for the same seed', () => {
    const keys = { parts: { user: 100, org: { count: 5, of: 'user' } } };
    expect(draws(keys, 50, 2)).toEqual(draws(keys, 50, 2));
    expect(draws(keys, 50, 2)).not.toEqual(draws(keys, 50, 3));
  });
});
