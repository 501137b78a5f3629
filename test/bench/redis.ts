/**
 * What shared limits cost on a real Redis on this machine, beside rate-limiter-flexible and beside plain EVALSHA of the same script over the
 * same client library. Ratios of one run: client, server and whatever else the machine does share its cores. Run by `npm run bench -- redis`.
 */
import { SharedRateLimiter } from '@crossbridge/core';
import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { scriptArguments } from '../../packages/core/src/rate-limit/shared/bucket-request.ts';
import { BUCKET_SCRIPT } from '../../packages/core/src/rate-limit/shared/bucket-script.ts';
import { ioredisStore } from '../../packages/integrations/src/redis-store/ioredis-store.ts';
import { judge, startFleet } from '../e2e/shared-limits/fleet.ts';
import { startRedis } from '../support/redis-server.ts';

const ROUND_MS = 700;
const ROUNDS = 5;
const LARGE = { capacity: 1e9, windowSeconds: 10 };

const server = await startRedis({ settings: { appendonly: 'no' } });
const client = new Redis(server.port);
const store = ioredisStore(client);
const leasing = new SharedRateLimiter({ client: store, budgetMs: 5_000 }).limit('leased', LARGE);
const exact = new SharedRateLimiter({ client: store, budgetMs: 5_000, leases: false }).limit('exact', LARGE);
const flexible = new RateLimiterRedis({ storeClient: client, points: 1e9, duration: 1 });
await client.script('LOAD', BUCKET_SCRIPT.source);
const request = {
  capacity: 1e9,
  tokensPerUs: 100,
  need: 1,
  charge: 1,
  extra: 0,
  leaseUs: 0,
  report: undefined,
  hint: undefined,
};
const plain = (storeKey: string): Promise<unknown> =>
  client.evalsha(BUCKET_SCRIPT.sha, 1, storeKey, ...scriptArguments([{ ...request, storeKey }], 1));

const keys = Array.from({ length: 1000 }, (_, at) => `user:${at}`);
const keyOf = (at: number): string => keys[at % keys.length] as string;
const cases = {
  'leases, 10 hot keys': [64, (at: number) => leasing.check(keyOf(at % 10))],
  'rate-limiter-flexible, 10 keys': [64, (at: number) => flexible.consume(keyOf(at % 10))],
  'no leases, one key': [512, () => exact.check('one')],
  'plain EVALSHA, one key': [512, () => plain('cb:{plain:one}')],
  'no leases, 1000 keys': [64, (at: number) => exact.check(keyOf(at))],
  'plain EVALSHA, 1000 keys': [64, (at: number) => plain(`cb:{plain:${keyOf(at)}}`)],
} as const satisfies Record<string, readonly [inFlight: number, decide: (at: number) => unknown]>;

/** Decisions per second. */
async function measure(inFlight: number, decide: (at: number) => unknown): Promise<number> {
  let done = 0;
  const startedMs = performance.now();
  const untilMs = startedMs + ROUND_MS;
  const worker = async (first: number): Promise<void> => {
    for (let at = first; performance.now() < untilMs; at += 1) {
      // Decisions that are made at once must let the timers and the server have their turn.
      for (let many = 0; many < 64; many += 1) {
        const answer = decide(at * 64 + many);
        if (answer instanceof Promise) {
          await answer;
          done += 1;
          break;
        }
        done += 1;
      }
      if (at % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, at) => worker(at * 7919)));
  return (done * 1000) / (performance.now() - startedMs);
}

type Case = keyof typeof cases;
const results = new Map<Case, number[]>();
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, [inFlight, decide]] of Object.entries(cases) as [Case, (typeof cases)[Case]][]) {
    const perSecond = await measure(inFlight, decide);
    results.set(name, [...(results.get(name) ?? []), perSecond]);
  }
}
const median = (name: Case): number => results.get(name)?.sort((a, b) => a - b)[ROUNDS >> 1] ?? Number.NaN;

function compare(ours: Case, peer: Case, target: number): void {
  const ratio = median(ours) / median(peer);
  console.log(
    `${ratio.toFixed(2).padStart(6)} ×  ${ours}, against ${peer}  (${Math.round(median(ours))}/s / ${Math.round(median(peer))}/s; target: at least ${target})`,
  );
}
compare('leases, 10 hot keys', 'rate-limiter-flexible, 10 keys', 15);
compare('no leases, one key', 'plain EVALSHA, one key', 3);
compare('no leases, 1000 keys', 'plain EVALSHA, 1000 keys', 0.8);

// While the lease lasts.
await leasing.check('user:1');
for (let at = 0; at < 20_000; at += 1) void leasing.check('user:1');
await new Promise((resolve) => setTimeout(resolve, 5));
await leasing.check('user:1');
const bytes = await client.memory('USAGE', 'cb:{leased:user:1}');
console.log(`${String(bytes).padStart(6)} bytes per bucket with leases (target: at most 120)`);

const RATE = { capacity: 1000, windowSeconds: 0.1 };
for (const [load, seconds] of [
  [0.8, 4],
  [2, 4],
] as const) {
  const perMs = (load * RATE.capacity) / (RATE.windowSeconds * 1000) / 4;
  const limiter = { onStoreError: 'deny', budgetMs: 5_000 } as const;
  const options = {
    ports: [server.port],
    library: 'ioredis',
    rate: RATE,
    seconds,
    perMs,
    steady: true,
    limiter,
  } as const;
  const reports = await (await startFleet(4, options)).reports;
  const { admitted, over, unused, callsPerAdmission } = judge(RATE, reports);
  const asked = reports.reduce((sum, report) => sum + (report?.asked ?? 0), 0);
  const possible = load > 1 ? admitted + unused : asked;
  console.log(
    `4 processes at ${load} × the limit: ${callsPerAdmission.toFixed(4)} store calls per admission, ${((admitted / possible) * 100).toFixed(1)} % of what may be admitted is, ${over.toFixed(3)} tokens over in the worst window`,
  );
}
await server.stop();
process.exit(0);
