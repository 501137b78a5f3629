import { afterEach, describe, expect, it, vi } from 'vitest';
import { parse, yaml } from '../../support/config.ts';
import { finding, registryIn } from './health-registry.ts';
import { networkConfig } from './network-config.ts';

const shop = { checkType: 'http', url: 'http://shop.test/' } as const;
const db = { checkType: 'tcp', address: '127.0.0.1:5432' } as const;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Answers every request with the status that its host has, 200 where none is given. */
function stubFetch(statuses: Readonly<Record<string, number>> = {}): URL[] {
  const asked: URL[] = [];
  vi.stubGlobal('fetch', async (url: URL) => {
    asked.push(url);
    return new Response(null, { status: statuses[url.hostname] ?? 200 });
  });
  return asked;
}

describe('checks that the config describes', () => {
  it('run on schedule without any code', async () => {
    const asked = stubFetch({ 'shop.test': 503 });
    const provider = { ...shop, url: 'http://shop.test/health', required: false };
    const { registry, clock } = registryIn(networkConfig({ shop: provider }));
    registry.start();
    await clock.advance(5_000);
    expect(asked.map(String)).toEqual(['http://shop.test/health']);
    expect(registry.overall()).toMatchObject({
      overall: 'degraded',
      checks: [{ check: 'shop', status: 'unhealthy', required: false, message: 'HTTP 503, expected 200 to 399' }],
    });
    registry.stop();
  });

  it('are what crossbridge.yml says they are', async () => {
    const seen: unknown[] = [];
    vi.stubGlobal('fetch', async (url: URL, { method, headers }: RequestInit) => {
      seen.push(`${method} ${url} ${new Headers(headers).get('x-probe')}`);
      return new Response(null, { status: 204 });
    });
    const { config } = parse(yaml`
      runtime:
        health_checks:
          providers:
            shop:
              url: http://shop.test/health
              method: HEAD
              expect_status: [200, 204]
              headers: { x-probe: yes }
              interval: 5s
            db: { address: "db.test:5432", enabled: false }
    `);
    const { registry, clock } = registryIn(config.healthChecks);
    expect(registry.names()).toEqual(['shop', 'db']);
    registry.start();
    await clock.advance(8_000);
    expect(seen).toEqual(['HEAD http://shop.test/health yes', 'HEAD http://shop.test/health yes']);
    expect(registry.overall()).toMatchObject({ overall: 'healthy', checks: [{ check: 'shop', message: 'HTTP 204' }] });
    registry.stop();
  });

  it('come and go with the config, and keep what is known where they stay the same', async () => {
    stubFetch();
    const { registry } = registryIn(networkConfig({ shop }));
    await registry.runAll();
    const known = registry.getStatus('shop');
    expect(known?.healthy).toBe(true);
    registry.configure(networkConfig({ shop, db }, { intervalMs: 5_000 }));
    expect(registry.names()).toEqual(['shop', 'db']);
    expect(registry.getStatus('shop')).toBe(known);
    registry.configure(networkConfig({ shop: { ...shop, url: 'http://other.test/' } }));
    expect(registry.names()).toEqual(['shop']);
    expect(registry.getStatus('shop')).toBeNull();
    registry.configure(networkConfig({}));
    expect(registry.names()).toEqual([]);
  });

  it('leave their name to a check that code registers, without a warning', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const asked = stubFetch();
    const { registry } = registryIn(networkConfig({ shop }));
    registry.register('shop', finding('d'));
    registry.configure(networkConfig({ shop: { ...shop, url: 'http://other.test/' } }));
    expect((await registry.run('shop')).status).toBe('degraded');
    registry.configure(networkConfig({}));
    expect(registry.names()).toEqual(['shop']);
    expect(asked).toEqual([]);
    expect(warn).not.toHaveBeenCalled();
  });

  it('change nothing at all when one of them cannot be made', async () => {
    stubFetch();
    const { registry } = registryIn(networkConfig({ shop }));
    await registry.runAll();
    const bad = networkConfig(
      { first: { ...shop, url: 'http://first.test/' }, bad: { checkType: 'tcp' } },
      { enabled: false },
    );
    expect(() => registry.configure(bad)).toThrow('health_checks.providers.bad');
    expect(registry.names()).toEqual(['shop']);
    expect(registry.getStatus('shop')?.healthy).toBe(true);
    expect(registry.missing()).toEqual([]);
  });
});
