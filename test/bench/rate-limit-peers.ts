/** One limiter that the benchmark checks keys with. */
export type Contestant = SynchronousContestant | AsynchronousContestant;

interface SynchronousContestant {
  readonly name: string;
  readonly check: (key: string) => boolean;
  readonly asynchronous?: false;
  readonly close?: () => void;
}

interface AsynchronousContestant {
  readonly name: string;
  readonly check: (key: string) => Promise<boolean>;
  readonly asynchronous: true;
  readonly close?: () => void;
}

const HUGE = 1e9;
const WINDOW_MS = 60_000;

// biome-ignore lint/suspicious/noExplicitAny: the peers are optional, so their types are not there to be imported
type Module = any;

/** The limiters of others as they are meant to be used, each as a function that makes a fresh one. Those not installed are left out. */
export function rateLimitPeers(require: NodeJS.Require): (() => Contestant)[] {
  return [
    peer(require, 'rate-limiter-flexible', ({ RateLimiterMemory }, name) => {
      const limiter = new RateLimiterMemory({ points: HUGE, duration: WINDOW_MS / 1000 });
      return {
        name: `${name} RateLimiterMemory`,
        asynchronous: true,
        check: async (key) => (await limiter.consume(key)).remainingPoints >= 0,
      };
    }),
    peer(require, 'limiter', ({ TokenBucket }, name) => {
      const buckets = new Map<string, Module>();
      return {
        name: `${name} TokenBucket in a Map`,
        check: (key) => {
          let bucket = buckets.get(key);
          if (bucket === undefined) {
            bucket = new TokenBucket({ bucketSize: HUGE, tokensPerInterval: HUGE, interval: WINDOW_MS });
            bucket.content = HUGE;
            buckets.set(key, bucket);
          }
          return bucket.tryRemoveTokens(1);
        },
      };
    }),
    peer(require, 'express-rate-limit', ({ MemoryStore }, name) => {
      const store = new MemoryStore();
      store.init({ windowMs: WINDOW_MS });
      return {
        name: `${name} MemoryStore`,
        asynchronous: true,
        check: async (key) => (await store.increment(key)).totalHits <= HUGE,
        close: () => store.shutdown(),
      };
    }),
    peer(require, '@fastify/rate-limit/store/LocalStore.js', (LocalStore, name) => {
      const store = new LocalStore(false, false, 1_000_000);
      let admitted = false;
      const answer = (_: unknown, { current }: { current: number }): void => {
        admitted = current <= HUGE;
      };
      return {
        name,
        check: (key) => {
          store.incr(key, answer, WINDOW_MS, HUGE);
          return admitted;
        },
      };
    }),
    peer(require, '@upstash/ratelimit', ({ Ratelimit }, name) => {
      const redis = { evalsha: async () => [HUGE, Date.now()], scriptLoad: async () => '', multi: () => ({}) };
      const limiter = new Ratelimit({ redis, limiter: Ratelimit.tokenBucket(HUGE, '60 s', HUGE), analytics: false });
      return {
        name: `${name} tokenBucket, store that answers at once`,
        asynchronous: true,
        check: async (key) => (await limiter.limit(key)).success,
      };
    }),
  ].flat();
}

function peer(
  require: NodeJS.Require,
  name: string,
  make: (module: Module, name: string) => Contestant,
): (() => Contestant)[] {
  try {
    const module: Module = require(name);
    return [() => make(module, name)];
  } catch {
    return [];
  }
}
