import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import type { DatabaseServer } from '../../support/database-server.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { startRedis } from '../../support/redis-server.ts';
import { describeWithServers } from '../../support/servers.ts';
import { judge, startFleet } from './fleet.ts';
import type { HammerOptions } from './hammer-options.ts';

const RATE = { capacity: 500, windowSeconds: 1 };
const PROCESSES = 4;

interface Store {
  readonly server: DatabaseServer;
  readonly proxy: FaultProxy;
  /** For processes that reach it by the proxy. */
  readonly common: HammerOptions;
}

async function withStore(action: (store: Store) => Promise<void>): Promise<void> {
  const server = await startRedis();
  try {
    const proxy = await startFaultProxy(server.port);
    try {
      const limiter = { onStoreError: 'deny', expectedProcesses: PROCESSES, budgetMs: 50 } as const;
      const common: HammerOptions = {
        ports: [proxy.port],
        library: 'ioredis',
        rate: RATE,
        seconds: 2.2,
        perMs: 1,
        limiter,
      };
      await action({ server, proxy, common });
    } finally {
      await proxy.stop();
    }
  } finally {
    await server.stop();
  }
}

const FAULTS = {
  'hangs for a while': async ({ server }) => {
    await server.pause();
    await sleep(500);
    server.resume();
  },
  'is killed and started again': async ({ server }) => {
    await server.kill();
    await sleep(300);
    await server.restart();
  },
  'loses everything it has': async ({ server }) => {
    const client = new Redis(server.port);
    await client.flushall();
    client.disconnect();
  },
  'is cut off, and loses every other reply then': async ({ proxy }) => {
    let message = 0;
    proxy.cut();
    proxy.decide((text) => {
      message += 1;
      return text.includes('hammered') && message % 2 === 0 ? 'lose-reply' : undefined;
    });
    await sleep(500);
    proxy.calm();
  },
} as const satisfies Readonly<Record<string, (store: Store) => Promise<void>>>;

describeWithServers(['redis'], 'a store that fails under many processes', () => {
  // Two at a time, since they wait for half of theirs; more would be as if the machine were the fault.
  describe.each([
    ['hangs for a while', 'is killed and started again'],
    ['loses everything it has', 'is cut off, and loses every other reply then'],
  ] as const)('it %s, or %s', (...faults) => {
    it.concurrent.each(faults)('lets nothing pass beyond the limit where nothing may: it %s', async (fault) => {
      await withStore(async (store) => {
        const { reports } = await startFleet(PROCESSES, store.common);
        await sleep(700);
        await FAULTS[fault](store);
        const verdict = judge(RATE, await reports);
        // The first process that asks after a loss gives the store what it knows: what others took since it last heard is not of that.
        expect(verdict.over).toBeLessThanOrEqual(fault === 'loses everything it has' ? RATE.capacity / 20 : 1e-3);
        expect(verdict.admitted).toBeGreaterThan(RATE.capacity);
      });
    });
  });

  it('answers too late: lets nothing pass beyond the limit, and lets nobody wait for it', async () => {
    await withStore(async ({ proxy, common }) => {
      const { reports } = await startFleet(PROCESSES, common);
      await sleep(700);
      const lateMs = 1_200;
      proxy.delay(lateMs);
      await sleep(500);
      proxy.delay(0);
      const seen = await reports;
      const verdict = judge(RATE, seen);
      expect(verdict.over).toBeLessThanOrEqual(1e-3);
      expect(verdict.admitted).toBeGreaterThan(RATE.capacity);
      // The budget is a twenty-fourth of what the store takes: far from either on a busy machine, too.
      for (const report of seen) expect(report?.slowestMs).toBeLessThan(lateMs / 2);
    });
  });

  it('lets pass at most the capacity once more where each process goes on with its share', async () => {
    await withStore(async (store) => {
      const { common } = store;
      const local = { ...common, limiter: { ...common.limiter, onStoreError: 'local' as const } };
      const { reports } = await startFleet(PROCESSES, local);
      await sleep(700);
      await FAULTS['hangs for a while'](store);
      const verdict = judge(RATE, await reports);
      expect(verdict.over).toBeLessThanOrEqual(RATE.capacity);
      const alone = (await reports).reduce((sum, report) => sum + (report?.alone.length ?? 0), 0);
      expect(alone).toBeGreaterThan(0);
    });
  });

  it('lets everything pass while it fails where it may, and nothing beyond the limit before and after', async () => {
    await withStore(async (store) => {
      const { common } = store;
      const allow = { ...common, seconds: 7, limiter: { ...common.limiter, onStoreError: 'allow' as const } };
      const { reports } = await startFleet(PROCESSES, allow);
      await sleep(700);
      await FAULTS['hangs for a while'](store);
      // What it was asked before is answered by then.
      const backMs = Date.now() + 200;
      const seen = await reports;
      const alone = seen.reduce((sum, report) => sum + (report?.alone.length ?? 0), 0);
      // Of the half second more than an eighth of what was asked, however busy the machine is.
      expect(alone).toBeGreaterThan((PROCESSES * 500) / 8);
      const decided = judge(
        RATE,
        seen.map((report) => report && { ...report, alone: [] }),
      );
      expect(decided.over).toBeLessThanOrEqual(1e-3);
      expect(decided.admitted).toBeGreaterThan(RATE.capacity);
      // The store hears of what had passed without it, no more than empties the bucket, and goes on.
      const goesOn = seen.some((report) =>
        [...(report?.leased ?? []), ...(report?.direct ?? []).map(([atMs]) => atMs)].some((atMs) => atMs > backMs),
      );
      expect(goesOn).toBe(true);
    });
  });
});
