/**
 * What a call through a bridge costs beside cockatiel's own policies composed by hand. Ratios of one run: the machine
 * drifts, so milliseconds say nothing. Run by `npm run bench`.
 */
import { createBridge } from '@crossbridge/core';
import {
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { Bench } from 'tinybench';

const fn = async (): Promise<number> => 42;

const policies = {
  retry: 'default',
  circuitBreaker: { consecutiveFailures: 5 },
  bulkhead: { limit: 100 },
} as const;

const bridge = createBridge({
  operations: {
    plain: {},
    policies: { ...policies, rateLimit: { capacity: 1e9, windowSeconds: 1 } },
    timeouts: {
      ...policies,
      rateLimit: { capacity: 1e9, windowSeconds: 1 },
      timeout: { totalMs: 30_000, attemptMs: 10_000 },
    },
    attempt: { ...policies, rateLimit: { capacity: 1e9, windowSeconds: 1 }, timeout: { attemptMs: 10_000 } },
    limited: { rateLimit: { capacity: 1, windowSeconds: 1e9 } },
    open: { circuitBreaker: { consecutiveFailures: 1, openForMs: 3_600_000 } },
    full: { bulkhead: { limit: 1 } },
  },
});

const three = wrap(
  retry(handleAll, { maxAttempts: 2 }),
  circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(5) }),
  bulkhead(100),
);
const four = wrap(three, timeout(10_000, TimeoutStrategy.Aggressive));
const byHand = wrap(three, timeout(10_000, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false }));
const flexible = new RateLimiterMemory({ points: 1e9, duration: 1 });
const prepared = new Error('prepared');
const swallow = (): void => {};
const fail = async (): Promise<never> => {
  throw prepared;
};
const hang = (): Promise<never> => new Promise(() => {});

// What refuses every call from here on.
const limited = new RateLimiterMemory({ points: 1, duration: 1e6 });
const open = circuitBreaker(handleAll, { halfOpenAfter: 3_600_000, breaker: new ConsecutiveBreaker(1) });
const full = bulkhead(1);
await Promise.all([bridge.run('limited', fn), limited.consume('key')]);
await Promise.allSettled([bridge.run('open', fail), open.execute(fail)]);
void bridge.run('full', hang);
void full.execute(hang);

interface Pair {
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
}

const pairs: readonly Pair[] = [
  {
    what: 'limiter + bulkhead + retry + breaker, against wrap(retry, breaker, bulkhead)',
    ours: 'policies',
    peer: 'three',
  },
  { what: 'the same with both timeouts, against wrap(…, timeout)', ours: 'timeouts', peer: 'four' },
  {
    what: 'limiter + retry + breaker + bulkhead + attempt timeout, against rate-limiter-flexible + wrap(…, timeout) by hand',
    ours: 'attempt',
    peer: 'hand',
  },
  { what: 'no policy at all, against the bare function', ours: 'plain', peer: 'bare' },
  ...['limited', 'open', 'full'].flatMap((refusal) => [
    { what: `refused (${refusal}), against rejecting with a prepared error`, ours: refusal, peer: 'reject' },
    { what: `refused (${refusal}), against the refusal of the peer`, ours: refusal, peer: `${refusal} peer` },
  ]),
];

const bench = new Bench({ time: 1_000, warmupTime: 200 })
  .add('bare', () => fn())
  .add('plain', () => bridge.run('plain', fn))
  .add('policies', () => bridge.run('policies', fn))
  .add('three', () => three.execute(fn))
  .add('timeouts', () => bridge.run('timeouts', fn))
  .add('four', () => four.execute(fn))
  .add('attempt', () => bridge.run('attempt', fn))
  .add('hand', async () => {
    await flexible.consume('key');
    return byHand.execute(fn);
  })
  .add('limited', () => bridge.run('limited', fn).catch(swallow))
  .add('limited peer', () => limited.consume('key').catch(swallow))
  .add('open', () => bridge.run('open', fn).catch(swallow))
  .add('open peer', () => open.execute(fn).catch(swallow))
  .add('full', () => bridge.run('full', fn).catch(swallow))
  .add('full peer', () => full.execute(fn).catch(swallow))
  .add('reject', () => Promise.reject(prepared).catch(swallow));

await bench.run();

function nanoseconds(name: string): number {
  const result = bench.getTask(name)?.result;
  if (result === undefined || !('latency' in result)) throw new Error(`The task '${name}' has no result`);
  return result.latency.p50 * 1e6;
}

for (const refusal of ['limited', 'open', 'full']) {
  const refused = await bridge.run(refusal, fn).then(
    () => false,
    () => true,
  );
  if (!refused) throw new Error(`The operation '${refusal}' was meant to refuse`);
}
for (const { what, ours, peer } of pairs) {
  const ratio = nanoseconds(ours) / nanoseconds(peer);
  console.log(
    `${ratio.toFixed(2).padStart(6)} ×  ${what}  (${Math.round(nanoseconds(ours))} ns / ${Math.round(nanoseconds(peer))} ns)`,
  );
}
