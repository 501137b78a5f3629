import { describe, expect, it } from 'vitest';
import {
  checksFromConfig,
  definitionOf,
  type NetworkProvider,
} from '../../../packages/core/src/health/checks-from-config.ts';
import { networkConfig } from './network-config.ts';

const make = (providers: Record<string, NetworkProvider>) => checksFromConfig(networkConfig(providers));

describe('checksFromConfig', () => {
  it('makes the checks that need no code, and leaves the others to code', () => {
    const checks = make({
      shop: { checkType: 'http', url: 'http://shop.test/health' },
      db: { checkType: 'tcp', address: 'db:5432' },
      ai: { checkType: 'ping' },
    });
    expect([...checks].map(([name, check]) => [name, check.name, check.constructor.name])).toEqual([
      ['shop', 'shop', 'HttpHealthCheck'],
      ['db', 'db', 'TcpHealthCheck'],
    ]);
  });

  it('says what is missing, where, and what it looks like', () => {
    expect(() => make({ shop: { checkType: 'http' } })).toThrow(
      'health_checks.providers.shop is of check_type http and needs url, such as http://localhost:8080/health',
    );
    expect(() => make({ db: { checkType: 'tcp', address: 'db' } })).toThrow(
      'health_checks.providers.db is of check_type tcp and needs address, such as localhost:5432',
    );
  });
});

describe('definitionOf', () => {
  it('changes with whatever changes the check, and with nothing else', () => {
    const plain = { checkType: 'http', url: 'http://a/' } as const;
    const others: NetworkProvider[] = [
      { ...plain, url: 'http://b/' },
      { ...plain, method: 'HEAD' },
      { ...plain, expectStatus: [204] },
      { ...plain, headers: { a: 'b' } },
      { checkType: 'tcp', address: 'a:1' },
      { checkType: 'tcp', address: 'a:2' },
    ];
    expect(new Set([plain, ...others].map(definitionOf)).size).toBe(7);
    expect(definitionOf({ ...plain, intervalMs: 5 } as NetworkProvider)).toBe(definitionOf(plain));
  });
});
