import { SharedRateLimiter, type SharedRateLimiterOptions, type SharedStoreClient } from '@crossbridge/core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { DatabaseServer } from '../../support/database-server.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { startRedis } from '../../support/redis-server.ts';
import { describeWithServers } from '../../support/servers.ts';

/** A client of whichever library, and what ends it. */
export interface StoreConnection {
  readonly store: SharedStoreClient;
  end(): Promise<void>;
}

/** What a shared limit does over every client library. */
export function describeSharedStore(title: string, connect: (port: number) => Promise<StoreConnection>): void {
  describeWithServers(['redis'], title, () => {
    let server: DatabaseServer;
    let proxy: FaultProxy;
    const open: (() => Promise<void>)[] = [];
    beforeAll(async () => {
      server = await startRedis();
      proxy = await startFaultProxy(server.port);
    });
    afterEach(async () => {
      proxy.calm();
      server.resume();
      for (const end of open.splice(0)) await end();
    });
    afterAll(async () => {
      await proxy?.stop();
      await server?.stop();
    });

    const limiter = async (options: Partial<SharedRateLimiterOptions> = {}): Promise<SharedRateLimiter> => {
      const { store, end } = await connect(proxy.port);
      const shared = new SharedRateLimiter({ client: store, onStoreError: 'deny', budgetMs: 2_000, ...options });
      open.push(async () => {
        await shared.close();
        await end();
      });
      return shared;
    };
    const yes = async (checks: readonly (boolean | Promise<boolean>)[]): Promise<number> =>
      (await Promise.all(checks)).filter(Boolean).length;
    const many = <T>(make: () => T): T[] => Array.from({ length: 40 }, make);

    it('admits the capacity to two processes together', async () => {
      const rate = { capacity: 30, windowSeconds: 1e6 };
      const [one, two] = [(await limiter()).limit('two', rate), (await limiter()).limit('two', rate)];
      expect(await yes([...many(() => one.check('u')), ...many(() => two.check('u'))])).toBe(30);
    });

    it('loads the script again where the server has forgotten it', async () => {
      const shared = await limiter();
      const limit = shared.limit('script', { capacity: 100, windowSeconds: 1e6 });
      expect(await limit.check('a')).toBe(true);
      await server.kill();
      await server.restart();
      await expect.poll(() => limit.check('b'), { timeout: 20_000 }).toBe(true);
    });

    it('sends nothing twice when a connection breaks before the reply', async () => {
      const shared = await limiter({ leases: false });
      const limit = shared.limit('once', { capacity: 100, windowSeconds: 1e6 });
      expect(await limit.check('u')).toBe(true);
      proxy.on('once:u', 'lose-reply');
      expect(await limit.check('u')).toBe(false);
      await expect.poll(() => limit.check('other'), { timeout: 20_000 }).toBe(true);
      const seen = proxy.seen('once:u');
      const { remaining } = await limit.peek('u');
      expect(Math.round(remaining)).toBe(98);
      expect(proxy.seen('once:u')).toBe(seen + 1);
    });

    it('goes on by itself while the server hangs, and by the server once it answers', async () => {
      const shared = await limiter({ onStoreError: 'local', expectedProcesses: 4, budgetMs: 50 });
      const limit = shared.limit('hang', { capacity: 40, windowSeconds: 1e6 });
      await limit.check('warm');
      await server.pause();
      expect(await yes(many(() => limit.check('u')))).toBe(10);
      server.resume();
      await expect
        .poll(async () => (await limit.peek('warm')).remaining < 40 && shared.storeState, { timeout: 20_000 })
        .toBe('up');
    });
  });
}
