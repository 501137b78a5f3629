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
  /** The promise of the limiter itself: one of ours around it would be charged to it. */
  readonly check: (key: string) => Promise<unknown>;
  readonly admits: (answer: Module) => boolean;
  readonly asynchronous: true;
  readonly close?: () => void;
}

const HUGE = 1e9;
const WINDOW_MS = 60_000;

// biome-ignore lint/suspicious/noExplicitAny: the peers are optional, so their types are not there to be imported
type Module = any;

/**
 * The limiters of others as they are meant to be used, each as a function that makes a fresh one. Those not installed are left out.
 *
 * Each is called as its users, or the framework it is made for, call it: what answers at once is not awaited, what returns a promise is.
 * Where there is a choice, it has the cheaper way: no limit is ever reached, `limiter` has a bucket that is no interval counter as well,
 * starts full and refuses instead of waiting, the store of Fastify is asked without Fastify's promise around it and with room for every
 * key, one callback serves all, and Upstash's script is answered at once instead of by a server. Express' store counts in fixed windows,
 * as do Fastify's and rate-limiter-flexible: that is less work than a bucket.
 */
export function rateLimitPeers(require: NodeJS.Require): (() => Contestant)[] {
  return [
    peer(require, 'rate-limiter-flexible', ({ RateLimiterMemory }, name) => {
      const limiter = new RateLimiterMemory({ points: HUGE, duration: WINDOW_MS / 1000 });
      return {
        name: `${name} RateLimiterMemory`,
        asynchronous: true,
        check: (key) => limiter.consume(key),
        admits: ({ remainingPoints }) => remainingPoints >= 0,
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
        check: (key) => store.increment(key),
        admits: ({ totalHits }) => totalHits <= HUGE,
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
        check: (key) => limiter.limit(key),
        admits: ({ success }) => success,
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
