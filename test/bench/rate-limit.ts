/**
 * What a rate limiter costs: per check, in memory, in a flood of keys, and per waiter, beside hand-written buckets and the limiters that
 * are installed. Ratios of one run: every round runs all contestants in turn, and the median over the rounds counts.
 * Run by `node --expose-gc test/bench/rate-limit.ts`, with the names of sections where not all of them are wanted.
 */
import { createRequire } from 'node:module';
import { RateLimiter } from '@crossbridge/core';
import { type Contestant, rateLimitPeers } from './rate-limit-peers.ts';

const HUGE = 1e9;
const ROUNDS = 15;
const CHECKS = 500_000;
/** The clock of a thread may tick in steps of 4 ms, so a measurement has to be long. */
const MEASURED_MS = 160;
const BETWEEN_READINGS = 50_000;
const collect: () => void = globalThis.gc ?? (() => {});

interface IdealBucket {
  tokens: number;
  at: number;
}

/** The least that a token bucket by key can be. */
function idealBuckets(): Contestant {
  const buckets = new Map<string, IdealBucket>();
  const perMs = HUGE / 60_000;
  return {
    name: 'ideal Map<string, {tokens, at}>',
    check: (key) => {
      const now = performance.now();
      let bucket = buckets.get(key);
      if (bucket === undefined) {
        bucket = { tokens: HUGE, at: now };
        buckets.set(key, bucket);
      }
      bucket.tokens = Math.min(HUGE, bucket.tokens + (now - bucket.at) * perMs);
      bucket.at = now;
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
  };
}

function ours(maxKeys: number): Contestant {
  const limiter = new RateLimiter({ maxKeys });
  return { name: `crossbridge, maxKeys ${maxKeys}`, check: (key) => limiter.check(key, HUGE, 60) };
}

function lookupAndClock(keys: readonly string[]): Contestant {
  const map = new Map(keys.map((key) => [key, { at: 0 }]));
  return { name: 'Map.get + performance.now()', check: (key) => (map.get(key)?.at ?? 0) < performance.now() };
}

/** Nanoseconds per check, over keys in an order drawn beforehand. */
async function timed(contestant: Contestant, keys: readonly string[], order: Int32Array): Promise<number> {
  let checks = 0;
  let admitted = 0;
  let tookMs = 0;
  const startedAtMs = threadMs();
  while (tookMs < MEASURED_MS) {
    const from = checks % CHECKS;
    if (contestant.asynchronous === true) {
      const { check, admits } = contestant;
      for (let at = from; at < from + BETWEEN_READINGS; at += 1) {
        if (admits(await check(keys[order[at] as number] as string))) admitted += 1;
      }
    } else {
      const { check } = contestant;
      for (let at = from; at < from + BETWEEN_READINGS; at += 1) {
        admitted += Number(check(keys[order[at] as number] as string));
      }
    }
    checks += BETWEEN_READINGS;
    tookMs = threadMs() - startedAtMs;
  }
  if (admitted !== checks) throw new Error(`${admitted} of ${checks} checks were admitted`);
  return (tookMs * 1e6) / checks;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function race(title: string, keys: readonly string[], contestants: readonly Contestant[]): Promise<void> {
  console.log(`\n${title}`);
  const order = Int32Array.from({ length: CHECKS }, () => Math.floor(Math.random() * keys.length));
  for (const { check } of contestants) for (const key of keys) await check(key);
  const times: number[][] = contestants.map(() => []);
  for (let round = -2; round < ROUNDS; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      const time = await timed(contestant, keys, order);
      if (round >= 0) times[index]?.push(time);
    }
  }
  const [base = []] = times;
  for (const [index, { name }] of contestants.entries()) {
    const own = times[index] ?? [];
    const ratio = median(own.map((time, round) => time / (base[round] ?? Number.NaN)));
    console.log(`${ratio.toFixed(2).padStart(8)} ×  ${name}  (${median(own).toFixed(1)} ns)`);
  }
}

/** Milliseconds of this thread's own time: what other processes take is no pause of ours. */
function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

async function heldBytes(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function memory(): Promise<void> {
  console.log('\nBytes per key at 1,000,000 keys, beyond the keys themselves; the longest pause while they came');
  const keys = Array.from({ length: 1_000_000 }, (_, n) => `customer:${1e12 + n}`);
  // Looked up once, so that what the engine does to a key at its first use is not counted as a limiter's.
  new Set(keys);
  for (const make of [() => ours(1_000_000), idealBuckets, ...rateLimitPeers(createRequire(import.meta.url))]) {
    await weigh(make, keys);
  }
}

/** In a function of its own, so that nothing of one contestant is still held when the next is weighed. */
async function weigh(make: () => Contestant, keys: readonly string[]): Promise<void> {
  const before = await heldBytes();
  const contestant = make();
  let longestMs = 0;
  for (let at = 0; at < keys.length; at += 500) {
    const startedAtMs = threadMs();
    for (let n = at; n < at + 500; n += 1) {
      const answer = contestant.check(keys[n] as string);
      if (typeof answer !== 'boolean') await answer;
    }
    longestMs = Math.max(longestMs, threadMs() - startedAtMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const each = ((await heldBytes()) - before) / keys.length;
  console.log(`${each.toFixed(0).padStart(8)} B  ${contestant.name}  (500 keys in ${longestMs.toFixed(1)} ms at most)`);
  contestant.close?.();
}

async function flood(): Promise<void> {
  console.log('\n6,000,000 keys that come once, against maxKeys 1,000,000, and one busy key (10 a minute)');
  const limiter = new RateLimiter({ maxKeys: 1_000_000 });
  limiter.check('busy', 10, 60);
  const before = await heldBytes();
  let admitted = 1;
  let longestMs = 0;
  const startedAtMs = performance.now();
  for (let at = 0; at < 6_000_000; at += 500) {
    const batchAtMs = threadMs();
    for (let n = 0; n < 500; n += 1) limiter.check(`flood:${at + n}`, 10, 60);
    longestMs = Math.max(longestMs, threadMs() - batchAtMs);
    if (limiter.check('busy', 10, 60)) admitted += 1;
  }
  const seconds = (performance.now() - startedAtMs) / 1000;
  const grown = ((await heldBytes()) - before) / 1024;
  const { totalBuckets, overflowed } = limiter.getStats();
  console.log(
    `   ${(6 / seconds).toFixed(1)} million keys a second, 500 of them in ${longestMs.toFixed(1)} ms at most`,
  );
  console.log(`   grown by ${grown.toFixed(0)} KiB; ${totalBuckets} buckets, ${overflowed} decisions in shared ones`);
  console.log(
    `   the busy key was admitted ${admitted} times in ${seconds.toFixed(1)} s (${(10 + seconds / 6).toFixed(1)} fit)`,
  );
}

/** Nanoseconds per waiter: joining the line, being admitted by the timer, going on. */
async function drain(waiters: number): Promise<number> {
  const limiter = new RateLimiter({ maxKeys: 100 });
  const limit = { capacity: 1e6, windowSeconds: 0.1 };
  limiter.check('key', limit.capacity, limit.windowSeconds, limit.capacity);
  const startedAtMs = threadMs();
  await Promise.all(Array.from({ length: waiters }, () => limiter.acquire('key', limit, { queue: waiters })));
  return ((threadMs() - startedAtMs) * 1e6) / waiters;
}

async function waiting(): Promise<void> {
  const times: { short: number; long: number }[] = [];
  for (let round = -2; round < 9; round += 1) {
    collect();
    const short: number[] = [];
    for (let n = 0; n < 50; n += 1) short.push(await drain(1_000));
    const time = { short: short.reduce((sum, each) => sum + each, 0) / short.length, long: await drain(50_000) };
    if (round >= 0) times.push(time);
  }
  const ratio = median(times.map(({ short, long }) => long / short));
  console.log(`\nCost per waiter at 50,000 beside 1,000`);
  console.log(`${ratio.toFixed(2).padStart(8)} ×  (${Math.round(median(times.map(({ long }) => long)))} ns of CPU)`);
}

const peers = (): Contestant[] => rateLimitPeers(createRequire(import.meta.url)).map((make) => make());
const hot = ['user:123456'];
const many = Array.from({ length: 100_000 }, (_, n) => `user:${1_000_000 + n}`);
const sections: Readonly<Record<string, () => Promise<void>>> = {
  memory,
  flood,
  waiting,
  hot: () => race('One hot key', hot, [lookupAndClock(hot), ours(100_000), idealBuckets(), ...peers()]),
  random: () => {
    const contestants = [idealBuckets(), ours(100_000), ours(1_000_000), lookupAndClock(many), ...peers()];
    return race('100,000 keys at random', many, contestants);
  },
};
const asked = process.argv.slice(2);
for (const [name, run] of Object.entries(sections)) if (asked.length === 0 || asked.includes(name)) await run();
process.exit();
