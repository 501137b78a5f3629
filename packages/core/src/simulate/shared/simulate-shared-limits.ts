import { InvalidArgumentError } from '../../errors.ts';
import type { SharedDecision, SharedRate } from '../../rate-limit/shared/shared-decision.ts';
import type { SharedLimit } from '../../rate-limit/shared/shared-limit.ts';
import { SharedRateLimiter } from '../../rate-limit/shared/shared-limiter.ts';
import { storeKeyOf } from '../../rate-limit/shared/store-key.ts';
import type { Random } from '../../retry/backoff.ts';
import { Check } from '../check.ts';
import { type KeyPopulation, keySource } from '../keys.ts';
import { streamOf } from '../random.ts';
import { arrivalTimes } from '../traffic.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { ModelledStore } from './modelled-store.ts';
import type { SharedLimitsReport } from './shared-limits-report.ts';
import { SharedLimitsTally } from './shared-limits-tally.ts';

/** Many processes that share one limit through one store. */
export interface SharedLimitsLoad {
  readonly rate: SharedRate;
  readonly processes: number;
  /** A bucket for each. */
  readonly keys: number | KeyPopulation;
  /** Of all processes together, at random; each comes to one of them. */
  readonly requestsPerSecond: number;
  readonly durationSeconds: number;
  /** To the store and back. Default 1. */
  readonly roundTripMs?: number;
  /** Default true. */
  readonly leases?: boolean;
  /** Buckets that each process remembers. Default 1,000. */
  readonly maxKeys?: number;
  /** A whole number: the same one gives the same report. Default 1. */
  readonly seed?: number;
}

const LIMIT = 'simulated';
const PREFIX = '';
/** What comes within so long comes together: the clock stops less often. */
const SLOT_MS = 1;
const MOST_REQUESTS = 50_000_000;
/** A decision takes some promises and two turns of `process.nextTick`, in which a process collects what it asks. */
const TURNS = 3;

/**
 * Tells how a limit fares that many processes share: the real limiter in each of them, before a model of the store that real ones are
 * tested to agree with, on a clock whose time passes at once.
 *
 * ```ts
 * const report = await simulateSharedLimits({
 *   rate: { capacity: 100, windowSeconds: 1 },
 *   processes: 1_000,
 *   keys: { count: 1_000_000, zipf: 1 },
 *   requestsPerSecond: 50_000,
 *   durationSeconds: 5,
 * });
 * console.log(sharedLimitsText(report));
 * ```
 *
 * @throws InvalidArgumentError for a load that cannot work
 */
export async function simulateSharedLimits(load: SharedLimitsLoad): Promise<SharedLimitsReport> {
  assertLoad(load);
  const { rate, processes, roundTripMs = 1, leases = true, maxKeys = 1_000, seed = 1 } = load;
  const clock = new VirtualClock(TURNS);
  const key = keySource(load.keys, seed, 'keys');
  const tally = new SharedLimitsTally(rate, processes, storeKeyOf(PREFIX, LIMIT, undefined, 'key:0'));
  const store = new ModelledStore(clock, roundTripMs, (storeKey, tokens) => tally.spend(storeKey, tokens, clock.now()));
  const limiters = Array.from(
    { length: processes },
    (_, at) =>
      new SharedRateLimiter({
        client: store.client(),
        clock,
        random: streamOf(seed, 'process', at),
        prefix: PREFIX,
        budgetMs: 1_000 + roundTripMs,
        leases,
        maxKeys,
      }),
  );
  const limits = limiters.map((limiter) => limiter.limit(LIMIT, rate));
  const choose = streamOf(seed, 'processes');
  const ask = (): void => {
    const process = Math.floor(choose() * processes);
    const name = String(key());
    const storeKey = storeKeyOf(PREFIX, LIMIT, undefined, name);
    tally.ask(storeKey, process, clock.now());
    const decided = ({ admitted, source }: SharedDecision): void => {
      if (!admitted) return;
      tally.admit(storeKey, process);
      if (source === 'lease') tally.spend(storeKey, 1, clock.now());
    };
    const decision = (limits[process] as SharedLimit).decide(name);
    if (decision instanceof Promise) void decision.then(decided);
    else decided(decision);
  };
  await play(load, streamOf(seed, 'arrivals'), clock, ask);
  const { asked, admitted, allowed, over, keys } = tally;
  const { calls } = store;
  return {
    processes,
    keys,
    asked,
    admitted,
    allowed,
    over,
    storeCalls: calls,
    callsPerDecision: calls / asked,
    callsPerAdmission: calls / admitted,
    fairness: tally.fairness(),
  };
}

/** Makes the requests, and waits for what is under way at their end. */
async function play(load: SharedLimitsLoad, random: Random, clock: VirtualClock, ask: () => void): Promise<void> {
  const { requestsPerSecond: ratePerSecond, durationSeconds, roundTripMs = 1 } = load;
  const shape = { shape: 'poisson', ratePerSecond, durationSeconds } as const;
  const times = arrivalTimes(shape, random, MOST_REQUESTS, 'the load');
  let next = 0;
  const slot = (): void => {
    const untilMs = clock.now() + SLOT_MS;
    while (next < times.length && (times[next] as number) < untilMs) {
      next += 1;
      ask();
    }
    if (next < times.length) clock.setTimeout(slot, SLOT_MS);
  };
  clock.setTimeout(slot, 0);
  const endMs = durationSeconds * 1_000 + 2 * roundTripMs + SLOT_MS;
  await clock.run(() => clock.now() > endMs, endMs);
}

function assertLoad(load: SharedLimitsLoad): void {
  const problems: string[] = [];
  const check = new Check('load', problems);
  const fields = ['rate', 'processes', 'keys', 'requestsPerSecond', 'durationSeconds', 'roundTripMs', 'leases'];
  if (check.object<SharedLimitsLoad>(load, [...fields, 'maxKeys', 'seed'])) {
    const { keys } = load;
    const { count, zipf } = typeof keys === 'number' ? { count: keys, zipf: undefined } : (keys ?? {});
    check.at('processes').number(load.processes, { min: 1, max: 100_000, whole: true });
    check.at('keys').number(count, { min: 1, max: 1_000_000, whole: true });
    check.at('keys').at('zipf').optionalNumber(zipf, { min: 0 });
    check.at('requestsPerSecond').number(load.requestsPerSecond, { above: 0 });
    check.at('durationSeconds').number(load.durationSeconds, { above: 0 });
    check.at('roundTripMs').optionalNumber(load.roundTripMs, { above: 0 });
    check.at('maxKeys').optionalNumber(load.maxKeys, { min: 1, whole: true });
    check.at('seed').optionalNumber(load.seed, { whole: true });
    check.at('leases').optional(load.leases, 'boolean');
  }
  if (problems.length > 0) throw new InvalidArgumentError(problems.join('; '));
}
