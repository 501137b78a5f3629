import {
  SharedRateLimiter,
  type SharedRateLimiterOptions,
  type SharedStoreClient,
  type StoreEvent,
  takeAll,
} from '@crossbridge/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { rejection } from '../../../support/bridges.ts';
import { settle, VirtualClock } from '../../../support/virtual-clock.ts';
import { ModelStore } from './model-client.ts';

const TEN = { capacity: 10, windowSeconds: 10 };
const BUSY = { capacity: 1000, windowSeconds: 1 };

let clock: VirtualClock;
let store: ModelStore;
let events: StoreEvent[];
beforeEach(() => {
  clock = new VirtualClock();
  store = new ModelStore(clock);
  events = [];
});

function limiter(options: Partial<SharedRateLimiterOptions> = {}): SharedRateLimiter {
  const onEvent = (event: StoreEvent): void => {
    events.push(event);
  };
  return new SharedRateLimiter({ client: store.client(), clock, random: () => 0.5, onEvent, ...options });
}

/** Answers of many checks at once. */
async function admitted(checks: readonly (boolean | Promise<boolean>)[]): Promise<number> {
  const answers = await clock.run(Promise.all(checks));
  return answers.filter(Boolean).length;
}

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** Asks at a steady pace, and tells how many were admitted at once. */
async function drive(
  check: () => boolean | Promise<boolean>,
  perMs: number,
  ms: number,
): Promise<{ yes: number; sync: number }> {
  let [yes, sync] = [0, 0];
  for (let passed = 0; passed < ms; passed += 1) {
    for (const answer of times(perMs, check)) {
      if (answer === true) sync += 1;
      void Promise.resolve(answer).then((admits) => {
        if (admits) yes += 1;
      });
    }
    await clock.advance(1);
  }
  await clock.advance(5);
  return { yes, sync };
}

describe('a shared limit', () => {
  it('admits the capacity to all processes together', async () => {
    const [one, two] = [limiter().limit('search', TEN), limiter().limit('search', TEN)];
    expect(await admitted([...times(8, () => one.check('u')), ...times(8, () => two.check('u'))])).toBe(10);
  });

  it('asks the store once for all who ask in one tick, and sends what is about several keys together', async () => {
    const limit = limiter().limit('search', { capacity: 100, windowSeconds: 10 });
    await admitted([limit.check('warm')]);
    store.calls = 0;
    store.batches.length = 0;
    expect(await admitted([...times(64, () => limit.check('a')), ...times(64, () => limit.check('b'))])).toBe(128);
    expect([store.calls, store.batches]).toEqual([2, [2]]);
  });

  it('is exact where the costs differ', async () => {
    const limit = limiter().limit('search', TEN);
    const costs = [4, 1, 4, 1, 4];
    const answers = await clock.run(Promise.all(costs.map((cost) => limit.check('u', cost))));
    expect(answers).toEqual([true, true, true, true, false]);
  });

  it('remembers a refusal until there may be tokens, and then asks again', async () => {
    const limit = limiter().limit('search', { capacity: 2, windowSeconds: 1 });
    expect(await admitted(times(3, () => limit.check('u')))).toBe(2);
    const { calls } = store;
    const decision = limit.decide('u');
    expect(decision).toMatchObject({ admitted: false, source: 'memory' });
    expect(store.calls).toBe(calls);
    await clock.advance(500);
    expect(await admitted([limit.check('u')])).toBe(1);
  });

  it('lets wait whoever wants to, in order', async () => {
    const limit = limiter().limit('search', { capacity: 1, windowSeconds: 0.1 });
    const order: number[] = [];
    await clock.run(Promise.all(times(4, (at) => limit.acquire('u').then(() => order.push(at)))));
    expect(order).toEqual([0, 1, 2, 3]);
    expect(clock.now()).toBeGreaterThanOrEqual(1_300);
  });

  it('refuses at once who would have to wait for too long, and ends a wait that is aborted', async () => {
    const limit = limiter().limit('search', { capacity: 1, windowSeconds: 60 });
    await clock.run(limit.acquire('u'));
    const error = await rejection(clock.run(limit.acquire('u', { maxWaitMs: 1_000 })));
    expect(error).toMatchObject({ code: 'rate_limited', limit: 1 });
    const controller = new AbortController();
    const waiting = rejection(limit.acquire('u', { signal: controller.signal }));
    await clock.advance(100);
    controller.abort(new Error('enough'));
    expect(await waiting).toMatchObject({ message: 'enough' });
    await clock.advance(120_000);
    expect(await admitted([limit.check('u')])).toBe(1);
  });

  it('refuses who would be one too many to wait', async () => {
    const limit = limiter().limit('search', { capacity: 1, windowSeconds: 60 });
    await clock.run(limit.acquire('u'));
    const waiting = [limit.acquire('u', { queue: 2 })];
    await clock.advance(10);
    waiting.push(limit.acquire('u', { queue: 2 }));
    expect(await rejection(limit.acquire('u', { queue: 2 }))).toMatchObject({ code: 'rate_limited' });
    await clock.run(Promise.all(waiting));
  });

  it('lets nobody overtake one who waits', async () => {
    const limit = limiter().limit('search', { capacity: 10, windowSeconds: 10 });
    await clock.run(limit.acquire('u', { cost: 8 }));
    const large = limit.acquire('u', { cost: 5 });
    await clock.advance(10);
    const startedMs = clock.now();
    expect(await admitted([limit.check('u', 1)])).toBe(0);
    expect(clock.now() - startedMs).toBeLessThan(10);
    expect(await clock.run(large)).toMatchObject({ admitted: true });
  });

  it('lets one who wants less pass beside one who is refused', async () => {
    const limit = limiter().limit('search', { capacity: 10, windowSeconds: 10 });
    await clock.run(limit.acquire('u', { cost: 8 }));
    expect(await clock.run(Promise.all([limit.check('u', 5), limit.check('u', 1)]))).toEqual([false, true]);
  });

  it('notices within a second that somebody else has filled the bucket', async () => {
    const [one, two] = [limiter().limit('search', { capacity: 2, windowSeconds: 600 }), limiter().limit('search', TEN)];
    expect(await admitted(times(3, () => one.check('u')))).toBe(2);
    two.configure({ capacity: 2, windowSeconds: 600 });
    await clock.run(two.reset('u'));
    await clock.advance(1_000);
    expect(await admitted([one.check('u')])).toBe(1);
  });

  it('refuses a cost that can never pass', () => {
    expect(() => limiter().limit('search', TEN).check('u', 11)).toThrow(/can never pass the limit 'search'/);
  });

  it('brings a changed limit to the bucket and keeps its level', async () => {
    const [one, two] = [limiter().limit('search', TEN), limiter().limit('search', TEN)];
    expect(await admitted(times(8, () => one.check('u')))).toBe(8);
    one.configure({ capacity: 100, windowSeconds: 100 });
    two.configure({ capacity: 100, windowSeconds: 100 });
    expect(await admitted(times(8, () => two.check('u')))).toBe(2);
    expect(await clock.run(one.peek('u'))).toMatchObject({ leased: 0 });
  });

  it('fills a bucket for everybody', async () => {
    const [one, two] = [limiter().limit('search', TEN), limiter().limit('search', TEN)];
    expect(await admitted(times(12, () => one.check('u')))).toBe(10);
    await clock.run(two.reset('u'));
    expect(await admitted(times(12, () => two.check('u')))).toBe(10);
  });
});

describe('a reservation of a shared limit', () => {
  it('gives back what was not used, and takes what was used beyond', async () => {
    const limit = limiter().limit('tokens', { capacity: 100, windowSeconds: 1e6 });
    const first = await clock.run(limit.reserve('u', 80));
    await clock.run(first.settle(30));
    expect((await clock.run(limit.peek('u'))).remaining).toBeCloseTo(70, 2);
    const second = await clock.run(limit.reserve('u', 60));
    await clock.run(second.settle(90));
    expect((await clock.run(limit.peek('u'))).remaining).toBe(0);
    expect(await rejection(second.settle(1))).toMatchObject({ code: 'invalid_argument' });
    await expect(clock.run(limit.reserve('u', 1, { maxWaitMs: 0 }))).rejects.toMatchObject({ code: 'rate_limited' });
  });
});

describe('a settlement', () => {
  /** A client that sends again what it got no reply to in time, as libraries do after a connection has broken. */
  const resending = (againMs: number): SharedStoreClient => {
    const client = store.client();
    return {
      send(commands) {
        const settling = commands.some(({ words }) => words[7] === '0');
        if (settling) clock.setTimeout(() => void client.send(commands), againMs);
        return client.send(commands);
      },
    };
  };

  it('counts once, however often it arrives', async () => {
    const limit = limiter({ client: resending(5) }).limit('tokens', { capacity: 100, windowSeconds: 1e6 });
    for (let times = 0; times < 3; times += 1) {
      const reservation = await clock.run(limit.reserve('u', 20));
      await clock.run(reservation.settle(10));
      await clock.advance(20);
    }
    expect(Math.round((await clock.run(limit.peek('u'))).remaining)).toBe(70);
  });

  it('does not count once nobody waits for it any more', async () => {
    const limit = limiter({ budgetMs: 50 }).limit('tokens', { capacity: 100, windowSeconds: 1e6 });
    const reservation = await clock.run(limit.reserve('u', 80));
    store.roundTripMs = 200;
    await clock.run(reservation.settle(10));
    await clock.advance(400);
    store.roundTripMs = 1;
    expect(Math.round((await clock.run(limit.peek('u'))).remaining)).toBe(20);
  });
});

describe('several shared limits at once', () => {
  it('take all or nothing', async () => {
    const shared = limiter();
    const user = shared.limit('user', { capacity: 2, windowSeconds: 100 }, { group: 'search' });
    const org = shared.limit('org', { capacity: 10, windowSeconds: 100 }, { group: 'search' });
    const take = (): Promise<readonly { admitted: boolean }[]> =>
      clock.run(
        takeAll([
          { limit: user, key: 'u', cost: 1 },
          { limit: org, key: 'o', cost: 1 },
        ]),
      );
    for (let at = 0; at < 5; at += 1) {
      expect((await take()).map(({ admitted }) => admitted)).toEqual(at < 2 ? [true, true] : [false, true]);
    }
    expect((await clock.run(org.peek('o'))).remaining).toBeCloseTo(8, 0);
  });

  it('go together when they are asked for in one tick', async () => {
    const shared = limiter({ leases: false });
    const [user, org] = ['user', 'org'].map((name) => shared.limit(name, TEN, { group: 'search' }));
    if (user === undefined || org === undefined) throw new Error('two limits');
    const take = (key: string): Promise<readonly { admitted: boolean }[]> =>
      takeAll([
        { limit: user, key, cost: 1 },
        { limit: org, key: 'o', cost: 1 },
      ]);
    await clock.run(take('warm'));
    store.batches.length = 0;
    const all = await clock.run(Promise.all(['a', 'b', 'c'].map(take)));
    expect(all.flat().every(({ admitted }) => admitted)).toBe(true);
    expect(store.batches).toEqual([3]);
  });

  it('must be of one group, so that one server of a cluster has them', async () => {
    const shared = limiter();
    const claims = [shared.limit('user', TEN), shared.limit('org', TEN)].map((limit) => ({ limit, key: 'u', cost: 1 }));
    expect(await rejection(takeAll(claims))).toMatchObject({ message: expect.stringContaining('the same group') });
  });
});

describe('leases', () => {
  it('decide at once on a key that is asked for often, with a round trip for few of its calls', async () => {
    const limit = limiter().limit('search', { capacity: 10_000, windowSeconds: 1 });
    await drive(() => limit.check('hot'), 5, 300);
    store.calls = 0;
    const { yes, sync } = await drive(() => limit.check('hot'), 5, 1_000);
    expect(yes).toBe(5_000);
    expect(sync).toBeGreaterThan(4_900);
    expect(store.calls / yes).toBeLessThan(0.01);
  });

  it('suit a key that becomes hot after a few round trips', async () => {
    const limit = limiter().limit('search', { capacity: 1e6, windowSeconds: 1 });
    const { sync, yes } = await drive(() => limit.check('hot'), 200, 60);
    expect(yes).toBe(12_000);
    expect(sync).toBeGreaterThan(9_000);
    expect(store.calls).toBeLessThan(25);
  });

  it('are not taken of a bucket that holds more than a lease can count', async () => {
    const limit = limiter().limit('tokens', { capacity: 1e10, windowSeconds: 1 });
    const { yes, sync } = await drive(() => limit.check('hot', 1e6), 5, 200);
    expect([yes, sync]).toEqual([1_000, 0]);
    expect(await clock.run(limit.check('hot', 1e9) as Promise<boolean>)).toBe(true);
  });

  it('are not taken where the limiter is told so', async () => {
    const limit = limiter({ leases: false }).limit('search', { capacity: 10_000, windowSeconds: 1 });
    const { yes, sync } = await drive(() => limit.check('hot'), 5, 200);
    expect([yes, sync]).toEqual([1_000, 0]);
  });

  it('go back when the key falls silent, and when the limiter is closed', async () => {
    const shared = limiter();
    const limit = shared.limit('search', BUSY);
    await drive(() => limit.check('hot'), 1, 300);
    expect(shared.leasedTokens).toBeGreaterThan(0);
    await clock.advance(400);
    expect(shared.leasedTokens).toBe(0);
    expect((await clock.run(limit.peek('hot'))).leased).toBe(0);
    await drive(() => limit.check('hot'), 1, 300);
    expect(shared.leasedTokens).toBeGreaterThan(0);
    await clock.run(shared.close());
    expect((await clock.run(limiter().limit('search', BUSY).peek('hot'))).leased).toBe(0);
    await clock.advance(100);
    expect(clock.pending).toBe(0);
  });

  it('go back before they lapse, also from a process that uses its key now and then', async () => {
    const shared = limiter();
    const limit = shared.limit('search', BUSY);
    await drive(() => limit.check('hot'), 1, 300);
    expect(shared.leasedTokens).toBeGreaterThan(120);
    // Never silent for long enough to give them back for that: the lease ends after 600 ms.
    for (let at = 0; at < 12 && shared.leasedTokens > 0; at += 1) {
      expect(limit.check('hot')).toBe(true);
      await clock.advance(50);
    }
    expect(shared.leasedTokens).toBe(0);
    const { remaining, leased } = await clock.run(limit.peek('hot'));
    expect(leased).toBe(0);
    // What lapses would have to be refilled first.
    expect(remaining).toBeGreaterThan(950);
  });

  it('cost no more than themselves when their process dies', async () => {
    const dead = limiter();
    const limit = dead.limit('search', BUSY);
    await drive(() => limit.check('hot'), 1, 300);
    const lost = dead.leasedTokens;
    expect(lost).toBeGreaterThan(0);
    // As if it had been killed: nothing of it is heard any more.
    dead.world.holding.clear();
    const other = limiter().limit('search', BUSY);
    await clock.advance(10_000);
    expect((await clock.run(other.peek('hot'))).remaining).toBe(1_000);
  });

  it('leave something for a process that asks for little beside one that asks for all', async () => {
    const [greedy, modest] = [limiter().limit('search', BUSY), limiter().limit('search', BUSY)];
    let [modestYes, greedyYes, modestAsked] = [0, 0, 0];
    for (let ms = 0; ms < 4_000; ms += 1) {
      for (const answer of times(10, () => greedy.check('hot')))
        void Promise.resolve(answer).then((yes) => (greedyYes += +yes));
      if (ms % 5 === 0) {
        modestAsked += 1;
        void Promise.resolve(modest.check('hot')).then((yes) => (modestYes += +yes));
      }
      await clock.advance(1);
    }
    // A fifth of the rate, to half of which it has a right.
    expect(modestYes / modestAsked).toBeGreaterThan(0.6);
    expect(greedyYes + modestYes).toBeGreaterThan(0.97 * 5_000);
    expect(greedyYes + modestYes).toBeLessThanOrEqual(5_000);
  });
});

describe('a shared limit whose store fails', () => {
  const passing = async (mode: 'local' | 'allow' | 'deny', mood: 'hangs' | 'fails', count: number): Promise<number> => {
    const limit = limiter({ onStoreError: mode, expectedProcesses: 4, leases: false }).limit('search', {
      capacity: 20,
      windowSeconds: 1e6,
    });
    store.mood = mood;
    return admitted(times(count, () => limit.check('u')));
  };

  it.each(['hangs', 'fails'] as const)('decides by itself within the budget: the store %s', async (mood) => {
    const startedMs = clock.now();
    expect(await passing('local', mood, 30)).toBe(5);
    expect(await passing('allow', mood, 30)).toBe(30);
    expect(await passing('deny', mood, 30)).toBe(0);
    expect(clock.now() - startedMs).toBeLessThanOrEqual(3 * 50);
  });

  it('asks no more after a few failures, tells so, and comes back step by step', async () => {
    const shared = limiter({ onStoreError: 'deny', leases: false });
    const limit = shared.limit('search', { capacity: 1e6, windowSeconds: 1 });
    await admitted([limit.check('warm')]);
    store.mood = 'hangs';
    await admitted(times(10, (at) => limit.check(`k${at}`)));
    expect(events).toEqual([{ type: 'rate_limit.store_changed', from: 'up', to: 'down', mode: 'deny' }]);
    const { calls } = store;
    expect(await admitted(times(100, (at) => limit.check(`k${at}`)))).toBe(0);
    expect(store.calls).toBe(calls);
    store.mood = 'well';
    await clock.advance(200);
    expect(await admitted(times(100, (at) => limit.check(`k${at}`)))).toBe(1);
    expect(await admitted(times(100, (at) => limit.check(`k${at}`)))).toBe(2);
    expect(await admitted(times(100, (at) => limit.check(`k${at}`)))).toBe(4);
    for (let round = 0; round < 12; round += 1) await admitted(times(600, (at) => limit.check(`k${at}`)));
    expect(shared.storeState).toBe('up');
    expect(events.map(({ to }) => to)).toEqual(['down', 'ramping', 'up']);
  });

  it('goes on asking after a single failure', async () => {
    const shared = limiter({ onStoreError: 'deny', leases: false });
    const limit = shared.limit('search', TEN);
    store.mood = 'fails';
    expect(await admitted([limit.check('a')])).toBe(0);
    store.mood = 'well';
    expect(await admitted([limit.check('a')])).toBe(1);
    expect([shared.storeState, events]).toEqual(['up', []]);
  });

  it('tells the store afterwards of a reservation that was settled for more', async () => {
    const limit = limiter({ leases: false }).limit('tokens', { capacity: 100, windowSeconds: 1e6 });
    const reservation = await clock.run(limit.reserve('u', 20));
    store.mood = 'fails';
    await clock.run(reservation.settle(90));
    store.mood = 'well';
    expect(await admitted([limit.check('u', 20)])).toBe(0);
    expect((await clock.run(limit.peek('u'))).remaining).toBeCloseTo(10, 2);
  });

  it('goes on spending what it has leased', async () => {
    const shared = limiter({ onStoreError: 'deny' });
    const limit = shared.limit('search', { capacity: 100_000, windowSeconds: 10 });
    await drive(() => limit.check('hot'), 5, 1_000);
    store.mood = 'hangs';
    const held = shared.leasedTokens;
    expect(held).toBeGreaterThan(100);
    expect(times(100, () => limit.check('hot'))).toEqual(times(100, () => true));
  });

  it('tells the store afterwards what it has handed out by itself', async () => {
    const shared = limiter({ onStoreError: 'local', expectedProcesses: 2, leases: false });
    const limit = shared.limit('search', { capacity: 20, windowSeconds: 1e6 });
    store.mood = 'fails';
    expect(await admitted(times(30, () => limit.check('u')))).toBe(10);
    store.mood = 'well';
    await clock.advance(1_000);
    expect(await admitted(times(30, () => limit.check('u')))).toBe(10);
  });

  it('tells the store afterwards of its share at most where everything passed', async () => {
    const limit = limiter({ onStoreError: 'allow', expectedProcesses: 2, leases: false }).limit('search', {
      capacity: 20,
      windowSeconds: 1e6,
    });
    store.mood = 'fails';
    expect(await admitted(times(300, () => limit.check('u')))).toBe(300);
    store.mood = 'well';
    await clock.advance(1_000);
    expect(await admitted(times(30, () => limit.check('u')))).toBe(10);
  });

  it('starts by itself no fuller than the shared bucket was', async () => {
    const shared = limiter({ onStoreError: 'local', expectedProcesses: 2, leases: false });
    const limit = shared.limit('search', { capacity: 20, windowSeconds: 1e6 });
    expect(await admitted(times(16, () => limit.check('u')))).toBe(16);
    store.mood = 'fails';
    expect(await admitted(times(30, () => limit.check('u')))).toBe(2);
  });

  it('gives a store that has lost everything what it knows of its buckets', async () => {
    const limit = limiter({ leases: false }).limit('search', { capacity: 20, windowSeconds: 1e6 });
    expect(await admitted(times(16, () => limit.check('u')))).toBe(16);
    store.store.buckets.clear();
    store.knowsScript = false;
    expect(await admitted(times(30, () => limit.check('u')))).toBe(4);
  });
});

it('says what is wrong with its options', async () => {
  expect(() => limiter({ budgetMs: 0 })).toThrow(/budgetMs must be positive/);
  expect(() => limiter({ prefix: 'a{b' })).toThrow(/prefix of SharedRateLimiter must be a string without braces/);
  expect(() => limiter({ client: {} as never })).toThrow(/client of SharedRateLimiter must be a client/);
  expect(() => limiter({ onStoreError: 'open' as never })).toThrow(/'local', 'allow' or 'deny'/);
  await settle();
});
