import { type Bridge, type BridgeEvent, createBridge, type SharedStoreClient } from '@crossbridge/core';
import type { RuntimeConfigInput } from '@crossbridge/core/config';
import { beforeEach, describe, expect, it } from 'vitest';
import { rejection } from '../../../support/bridges.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';
import { ModelStore } from './model-client.ts';

let clock: VirtualClock;
let store: ModelStore;
let told: BridgeEvent[];
beforeEach(() => {
  clock = new VirtualClock();
  store = new ModelStore(clock);
  told = [];
});

type Operation = NonNullable<RuntimeConfigInput['operations']>[string];

const configOf = (operation: Operation, settings: object = {}): RuntimeConfigInput => ({
  rateLimiting: { store: settings },
  operations: { search: operation },
});

/** One process of the fleet. */
function processWith(operation: Operation, settings: object = {}, client: SharedStoreClient = store.client()): Bridge {
  const bridge = createBridge(configOf(operation, settings), { sharedStore: client, clock, random: () => 0.5 });
  bridge.observe({ on: (event) => void told.push(event) });
  return bridge;
}

const TEN = { rateLimit: { capacity: 10, windowSeconds: 10 } };
const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const call = (bridge: Bridge, options = {}): Promise<string> =>
  bridge.run('search', () => 'done', { key: 'u', ...options });

async function outcomes(calls: readonly Promise<unknown>[]): Promise<{ ok: number; errors: unknown[] }> {
  const results = await clock.run(Promise.allSettled(calls));
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  return { ok: results.length - errors.length, errors };
}

const decided = () => told.filter((event) => event.type === 'rate_limit.decided');

describe('the limits of a bridge with a store', () => {
  it('are shared: all processes together get the capacity', async () => {
    const [one, two] = [processWith(TEN), processWith(TEN)];
    const { ok, errors } = await outcomes([...times(8, () => call(one)), ...times(8, () => call(two))]);
    expect(ok).toBe(10);
    expect(errors[0]).toMatchObject({ code: 'rate_limited', operation: 'search', key: 'u', limit: 10 });
  });

  it('stay with the process where they say shared: false, or name another store', async () => {
    const own = { rateLimit: { ...TEN.rateLimit, shared: false } };
    const [one, two] = [processWith(own), processWith(own)];
    expect((await outcomes([...times(8, () => call(one)), ...times(8, () => call(two))])).ok).toBe(16);
    expect(store.calls).toBe(0);
    const [three, four] = [processWith(TEN), processWith(TEN, { prefix: 'other:' })];
    expect((await outcomes([...times(8, () => call(three)), ...times(8, () => call(four))])).ok).toBe(16);
  });

  it('let a hot key pass without a round trip and without a turn: from its lease', async () => {
    const bridge = processWith({ rateLimit: { capacity: 10_000, windowSeconds: 1 } });
    for (let ms = 0; ms < 300; ms += 1) {
      for (const one of times(5, () => call(bridge))) void one.catch(() => {});
      await clock.advance(1);
    }
    expect(bridge.state.rateLimitStore()).toMatchObject({ state: 'up', mode: 'local' });
    expect(bridge.state.rateLimitStore()?.leasedTokens).toBeGreaterThan(1);
    const { calls } = store;
    let began = false;
    void bridge.run(
      'search',
      () => {
        began = true;
      },
      { key: 'u' },
    );
    expect(began).toBe(true);
    expect(store.calls).toBe(calls);
    expect(calls).toBeLessThan(150);
  });

  it('let a call wait for tokens as long as the limit allows, and no longer', async () => {
    const bridge = processWith({ rateLimit: { capacity: 1, windowSeconds: 1, maxWaitMs: 1500 } });
    const { ok, errors } = await outcomes(times(4, () => call(bridge)));
    expect(ok).toBe(2);
    expect(errors).toHaveLength(2);
    expect(
      decided()
        .filter(({ result }) => result === 'admitted')
        .map(({ waitMs }) => Math.round(waitMs / 500)),
    ).toEqual([0, 2]);
  });

  it('take from several limits all or nothing', async () => {
    const bridge = processWith({
      rateLimits: [
        { name: 'user', by: 'user', capacity: 3, windowSeconds: 60 },
        { name: 'all', by: 'global', capacity: 4, windowSeconds: 60 },
      ],
    });
    const of = (user: string) => () => call(bridge, { key: { user } });
    expect((await outcomes(times(5, of('a')))).ok).toBe(3);
    // What a was refused has cost nothing of the limit of all.
    expect((await outcomes(times(5, of('b')))).ok).toBe(1);
  });

  it('give back what a limit of the process alone has taken, when a shared one refuses', async () => {
    const operation = {
      rateLimits: [
        { name: 'own', capacity: 5, windowSeconds: 1000, shared: false },
        { name: 'fleet', capacity: 2, windowSeconds: 1 },
      ],
    };
    const bridge = processWith(operation);
    expect((await outcomes(times(5, () => call(bridge)))).ok).toBe(2);
    await clock.advance(1000);
    expect((await outcomes(times(5, () => call(bridge)))).ok).toBe(2);
    await clock.advance(1000);
    expect((await outcomes(times(5, () => call(bridge)))).ok).toBe(1);
  });

  it('count attempts where they are per attempt', async () => {
    const bridge = processWith({
      rateLimit: { capacity: 3, windowSeconds: 100, per: 'attempt' },
      retry: { maxAttempts: 5, baseDelayMs: 10, jitter: 'none' },
      retryBudget: false,
    });
    let attempts = 0;
    const failing = bridge.run(
      'search',
      () => {
        attempts += 1;
        throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
      },
      { key: 'u' },
    );
    expect(await clock.run(rejection(failing))).toMatchObject({ code: 'ECONNREFUSED' });
    expect(attempts).toBe(3);
  });

  it('watch in shadow mode, and change nothing', async () => {
    const bridge = processWith({ rateLimit: { capacity: 2, windowSeconds: 100, mode: 'shadow' } });
    expect((await outcomes(times(5, () => call(bridge)))).ok).toBe(5);
    await clock.advance(10);
    const results = decided().map(({ result, mode }) => `${mode} ${result}`);
    expect(results.sort()).toEqual([...times(2, () => 'shadow admitted'), ...times(3, () => 'shadow throttled')]);
  });

  it('go by overrides, by the same bucket', async () => {
    const config = configOf(TEN);
    const options = { sharedStore: store.client(), clock };
    const overrides = { vip: { search: { capacity: 20, windowSeconds: 10 } } };
    const bridge = createBridge({ ...config, rateLimiting: { ...config.rateLimiting, overrides } }, options);
    expect((await outcomes(times(25, () => call(bridge, { key: 'vip:7' })))).ok).toBe(20);
    expect((await outcomes(times(25, () => call(bridge, { key: 'guest' })))).ok).toBe(10);
  });

  it('take over what a reload says, and keep the level', async () => {
    const bridge = processWith({ rateLimit: { capacity: 10, windowSeconds: 1000 } });
    expect((await outcomes(times(6, () => call(bridge)))).ok).toBe(6);
    bridge.apply(configOf({ rateLimit: { capacity: 14, windowSeconds: 1000 } }));
    expect((await outcomes(times(3, () => call(bridge)))).ok).toBe(3);
    bridge.apply(configOf({ rateLimit: { capacity: 5, windowSeconds: 1 } }));
    // The store hears of it with the next question.
    await outcomes([call(bridge)]);
    await clock.advance(2000);
    expect((await outcomes(times(10, () => call(bridge)))).ok).toBe(5);
  });
});

describe('a call that waits for the store', () => {
  it('ends at once when its caller aborts, and takes nothing', async () => {
    const bridge = processWith({ rateLimit: { capacity: 1, windowSeconds: 1000, maxWaitMs: 60_000 } });
    store.roundTripMs = 20;
    const controller = new AbortController();
    const waiting = rejection(call(bridge, { signal: controller.signal }));
    await clock.advance(5);
    controller.abort(new Error('enough'));
    expect(await waiting).toMatchObject({ message: 'enough' });
  });

  it('ends at its deadline, although the store hangs', async () => {
    const bridge = processWith(TEN);
    store.mood = 'hangs';
    const startedMs = clock.now();
    const failed = rejection(call(bridge, { deadlineMs: 20 }));
    await clock.advance(20);
    expect(await failed).toMatchObject({ code: 'deadline_exceeded' });
    expect(clock.now() - startedMs).toBe(20);
  });
});

describe('several shared limits', () => {
  const pair = (more: object) => ({
    rateLimits: ['a', 'b'].map((name) => ({ name, capacity: 2, windowSeconds: 1, ...more })),
  });

  it('let no more calls wait than the queue of each has places for', async () => {
    const bridge = processWith(pair({ maxWaitMs: 60_000, queue: 1 }));
    const { ok, errors } = await outcomes(times(5, () => call(bridge)));
    expect(ok).toBe(3);
    expect(errors.every((error) => (error as { code?: string }).code === 'rate_limited')).toBe(true);
    // The place is free again.
    expect((await outcomes(times(2, () => call(bridge)))).ok).toBeGreaterThan(0);
  });

  it('have back what the store took for a call that was aborted meanwhile', async () => {
    const bridge = processWith(pair({ windowSeconds: 1e6 }));
    store.roundTripMs = 20;
    const controller = new AbortController();
    const aborted = rejection(call(bridge, { signal: controller.signal, deadlineMs: 1000 }));
    await clock.advance(15);
    controller.abort(new Error('enough'));
    expect(await aborted).toMatchObject({ message: 'enough' });
    await clock.advance(100);
    expect((await outcomes(times(3, () => call(bridge)))).ok).toBe(2);
  });
});

describe('a call that is limited by leased tokens', () => {
  const HOT = { rateLimit: { capacity: 10_000, windowSeconds: 1 } };

  async function warm(bridge: Bridge): Promise<void> {
    for (let ms = 0; ms < 300; ms += 1) {
      for (const one of times(5, () => call(bridge))) void one.catch(() => {});
      await clock.advance(1);
    }
  }

  it('is a plain one to observers', async () => {
    const bridge = createBridge(configOf(HOT), { sharedStore: store.client(), clock });
    await warm(bridge);
    const plain: (readonly string[])[] = [];
    bridge.observe({
      on: (event) => void told.push(event),
      plain: (one) => void plain.push(one.rateLimits),
      wants: () => 'plain',
    });
    await call(bridge);
    expect(plain).toEqual([['search']]);
    expect(decided()).toEqual([]);
  });

  it('hedges with leased tokens, and not where the store would have to be asked', async () => {
    const slow = (bridge: Bridge) =>
      bridge.run('search', () => new Promise((resolve) => clock.setTimeout(() => resolve('done'), 50)), { key: 'u' });
    const hedges = () => told.flatMap((event) => (event.type === 'hedge.decided' ? [event.decision] : []));
    const operation = { rateLimit: { ...HOT.rateLimit, per: 'attempt' }, hedge: { delayMs: 10 } } as const;
    const bridge = processWith(operation);
    await clock.run(slow(bridge));
    expect(hedges()).toEqual(['throttled']);
    await warm(bridge);
    await clock.run(slow(bridge));
    expect(hedges().at(-1)).toBe('hedged');
  });
});

describe('a store that fails', () => {
  it.each([
    ['local', 5],
    ['allow', 12],
    ['deny', 0],
  ] as const)('leaves the decision to on_store_error: %s', async (onStoreError, admitted) => {
    const bridge = processWith(TEN, { onStoreError, expectedProcesses: 2 });
    store.mood = 'fails';
    expect((await outcomes(times(12, () => call(bridge)))).ok).toBe(admitted);
  });

  it('is told, and told again when it is back', async () => {
    const bridge = processWith(TEN, { onStoreError: 'allow' });
    store.mood = 'fails';
    for (const at of times(5, String)) await outcomes([call(bridge, { key: at })]);
    const changes = () =>
      told.flatMap((event) =>
        event.type === 'rate_limit.store_changed' ? [`${event.from} → ${event.to} (${event.mode})`] : [],
      );
    expect(changes()).toEqual(['up → down (allow)']);
    expect(bridge.state.rateLimitStore()?.state).toBe('down');
    store.mood = 'well';
    await clock.advance(10_000);
    await outcomes(times(600, (at) => call(bridge, { key: `k${at}` })));
    await clock.advance(3000);
    await outcomes([call(bridge)]);
    expect(changes().at(-1)).toBe('ramping → up (allow)');
    const asked = told.flatMap((event) => (event.type === 'rate_limit.store_asked' ? [event] : []));
    expect(asked[0]).toMatchObject({ result: 'error', durationMs: 0.5 });
    expect(asked.at(-1)).toMatchObject({ result: 'ok', durationMs: 1 });
  });

  it('degrades health, never readiness, until it answers again', async () => {
    const bridge = createBridge(
      { ...configOf(TEN), healthChecks: { failureThreshold: 1 } },
      { sharedStore: store.client(), clock },
    );
    const check = () => clock.run(bridge.health.run('rate_limit_store'));
    await check();
    expect([bridge.state.health().overall, bridge.state.ready()]).toEqual(['healthy', true]);
    store.mood = 'hangs';
    for (const _ of times(3, String)) await check();
    expect([bridge.state.health().overall, bridge.state.ready()]).toEqual(['degraded', true]);
    store.mood = 'well';
    // Nobody calls: it is the check that finds out.
    for (const _ of times(2, String)) {
      await clock.advance(3000);
      await check();
    }
    expect(bridge.state.health().overall).toBe('healthy');
    bridge.close();
  });

  it('keeps a call waiting that may wait, until there is room in the local share', async () => {
    const bridge = processWith({ rateLimit: { capacity: 1, windowSeconds: 1, maxWaitMs: 5000 } });
    store.mood = 'fails';
    expect((await outcomes(times(3, () => call(bridge)))).ok).toBe(3);
    expect(clock.now()).toBeGreaterThan(2900);
  });
});

describe('reserve', () => {
  it('takes an estimate for all processes, and settles it', async () => {
    const tokens = { rateLimit: { capacity: 100, windowSeconds: 1000 } };
    const [one, two] = [processWith(tokens), processWith(tokens)];
    const reservation = await clock.run(one.reserve('u', 'search', 80));
    expect(await clock.run(rejection(two.reserve('u', 'search', 80)))).toMatchObject({ code: 'rate_limited' });
    reservation.settle(10);
    await clock.advance(5);
    await clock.run(two.reserve('u', 'search', 80));
  });

  it('is what checkRateLimit points to, which cannot wait for a store', async () => {
    const bridge = processWith(TEN);
    expect(() => bridge.checkRateLimit('u', 'search')).toThrow(
      /which cannot answer at once: use await bridge\.reserve\(key, 'search', cost\)/,
    );
    expect(
      processWith({ rateLimit: { ...TEN.rateLimit, shared: false } }).checkRateLimit('u', 'search'),
    ).toBeUndefined();
  });
});

describe('createBridge', () => {
  it('refuses a config that shares limits, without a connection: they would not be shared', () => {
    expect(() => createBridge(configOf(TEN))).toThrow(
      /was given no connection to it: pass \{ sharedStore: ioredisStore\(client\) \}/,
    );
    expect(() => createBridge(configOf(TEN, { enabled: false }))).not.toThrow();
  });

  it('shares with a store alone, by the defaults', async () => {
    const bridge = createBridge({ operations: { search: TEN } }, { sharedStore: store.client(), clock });
    await clock.run(call(bridge));
    expect(store.calls).toBeGreaterThan(0);
  });
});
