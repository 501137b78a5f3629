/** A process that hammers one key of a shared limit and tells when it was admitted. Run by the tests beside it. */
import { once } from 'node:events';
// No more than it needs, not all that the package exports: many are started at once.
import { type Clock, systemClock } from '../../../packages/core/src/clock.ts';
import { SharedRateLimiter } from '../../../packages/core/src/rate-limit/shared/shared-limiter.ts';
import type { SharedStoreClient } from '../../../packages/core/src/rate-limit/shared/store-client.ts';
import type { HammerOptions, HammerReport } from './hammer-options.ts';

const options = JSON.parse(process.argv[2] as string) as HammerOptions;
const { ports, library, rate, seconds, perMs, limiter: settings } = options;

async function connect(): Promise<SharedStoreClient> {
  const nodes = ports.map((port) => ({ host: '127.0.0.1', port }));
  const [port = 0] = ports;
  if (library === 'ioredis') {
    const { Cluster, Redis } = await import('ioredis');
    const { ioredisStore } = await import('../../../packages/integrations/src/redis-store/ioredis-store.ts');
    if (options.sentinel === true) {
      return ioredisStore(new Redis({ sentinels: nodes, name: 'main', lazyConnect: true }));
    }
    return ioredisStore(
      ports.length > 1 ? new Cluster(nodes, { lazyConnect: true }) : new Redis(port, { lazyConnect: true }),
    );
  }
  const { createClient, createCluster } = await import('redis');
  const { redisStore } = await import('../../../packages/integrations/src/redis-store/redis-store.ts');
  const urls = nodes.map((node) => ({ url: `redis://${node.host}:${node.port}` }));
  return redisStore(ports.length > 1 ? createCluster({ rootNodes: urls }) : createClient(urls[0] ?? {}));
}

/** Times of the store at which it let somebody through, of questions without a lease; others are spent when they are spent. */
const direct: [atMs: number, admitted: number][] = [];
function watched(client: SharedStoreClient): SharedStoreClient {
  return {
    ...client,
    send: (commands) =>
      client.send(commands).map((reply, at) => {
        const words = commands[at]?.words ?? [];
        const [need, charge, leaseUs] = [7, 8, 11].map((word) => Number(words[word])) as [number, number, number];
        return reply.then((answer) => {
          const [passed, atUs] = answer as number[];
          // Without a need it tells of what was admitted before.
          if (leaseUs === 0 && need > 0 && Number(passed) > 0)
            direct.push([Number(atUs) / 1000, Number(passed) * charge]);
          return answer;
        });
      }),
  };
}

/** The time by which the limiter decided last. */
let nowMs = 0;
const clock: Clock = {
  ...systemClock,
  now: () => {
    nowMs = performance.now();
    return nowMs;
  },
};
const shared = new SharedRateLimiter({ ...settings, client: watched(await connect()), clock });
const limit = shared.limit('hammered', rate);
const leased: number[] = [];
const alone: number[] = [];
let asked = 0;
let slowestMs = 0;

function note(source: string, atMs: number): void {
  if (source === 'lease') leased.push(performance.timeOrigin + atMs);
  else if (source === 'fallback') alone.push(performance.timeOrigin + atMs);
}

function ask(): void {
  asked += 1;
  const decision = limit.decide('key');
  if (!(decision instanceof Promise)) {
    if (decision.admitted) note(decision.source, nowMs);
    return;
  }
  const askedMs = performance.now();
  void decision.then(({ admitted, source }) => {
    slowestMs = Math.max(slowestMs, performance.now() - askedMs);
    if (admitted) note(source, nowMs);
  });
}

// Everybody begins when all are ready, bursts at times of its own and rests in between.
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const startMs = performance.now();
const endMs = startMs + seconds * 1000;
if (options.steady === true) {
  while (performance.now() < endMs) {
    while (asked < (performance.now() - startMs) * perMs) ask();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
} else {
  for (let round = process.pid; performance.now() < endMs; round += 1) {
    const burst = round % 97 === 0 ? 50 : 1;
    for (let count = 0; count < perMs * burst; count += 1) ask();
    await new Promise((resolve) => setTimeout(resolve, round % 97 < 3 ? 30 : 1));
  }
}
const calls = shared.storeCalls;
await new Promise((resolve) => setTimeout(resolve, 200));
await shared.close();
const report: HammerReport = { asked, calls, direct, leased, alone, slowestMs };
process.stdout.write(JSON.stringify(report), () => process.exit(0));
