import type { RuntimeConfigInput } from '../config/input.ts';
import type { OperationConfig } from '../config/types.ts';
import { createBridge } from '../create-bridge.ts';
import { InvalidArgumentError } from '../errors.ts';
import { play, type Upstreams } from './play.ts';
import { streamOf } from './random.ts';
import type { SimulationReport } from './report.ts';
import { bucketMsFor } from './series.ts';
import { Tally, TallyObserver } from './tally.ts';
import { assertWorkload } from './validate.ts';
import { VirtualClock } from './virtual-clock.ts';
import type { OperationLoad } from './workload.ts';

const DEFAULT_MAX_CALLS = 100_000;
const DEFAULT_POINTS = 60;
const MAX_POINTS = 10_000;

/** After the last arrival. What has not ended by then hangs. */
const HORIZON_MS = 24 * 3_600_000;

export interface SimulateOptions {
  /** A whole number: the same one gives the same report. Default 1. */
  readonly seed?: number | undefined;
  /** Calls that may be simulated; a workload with more is refused. Default 100,000. */
  readonly maxCalls?: number | undefined;
  /** The most numbers in each list of the report's `series`, up to 10,000. Default 60. */
  readonly points?: number | undefined;
}

/**
 * Tells what a config would do under a workload: makes its calls through a real bridge, on a clock of its own whose time passes at once.
 * Nothing leaves the process. Arrivals, keys, latencies, failures and jitter are drawn from the seed, and neither arrivals nor the luck of an
 * attempt depend on the config: two configs can be compared.
 *
 * ```ts
 * const config: RuntimeConfigInput = {
 *   operations: {
 *     quote: {
 *       rateLimits: [
 *         { by: 'user', capacity: 20, windowSeconds: 10 },
 *         { by: 'org', capacity: 500, windowSeconds: 10, mode: 'shadow' },
 *       ],
 *       retry: 'quick',
 *       circuitBreaker: { per: 'target' },
 *       timeout: { attemptMs: 500 },
 *     },
 *   },
 * };
 * const report = await simulate(config, [
 *   {
 *     operation: 'quote',
 *     keys: { parts: { user: { count: 1_000, zipf: 1.1 }, org: { count: 20, of: 'user' } } },
 *     traffic: [
 *       { shape: 'ramp', fromPerSecond: 10, toPerSecond: 60, durationSeconds: 120 },
 *       { shape: 'bursts', size: 100, everySeconds: 30, durationSeconds: 120, keys: [{ user: 'cron', org: '3' }] },
 *     ],
 *     targets: {
 *       'eu.example.com': { weight: 3, latencyMs: { p50: 40, p99: 300 }, concurrencyLimit: 20 },
 *       'us.example.com': { latencyMs: 90, failures: [{ fromSeconds: 30, toSeconds: 60, code: 'ECONNREFUSED' }] },
 *     },
 *   },
 * ]);
 * console.log(simulationText(report));
 * ```
 *
 * @throws ConfigError for a config, InvalidArgumentError for a workload or options that cannot work
 */
export async function simulate(
  config: RuntimeConfigInput,
  workload: readonly OperationLoad[],
  { seed = 1, maxCalls = DEFAULT_MAX_CALLS, points = DEFAULT_POINTS }: SimulateOptions = {},
): Promise<SimulationReport> {
  if (!Number.isSafeInteger(seed)) throw new InvalidArgumentError(`seed must be a whole number, got ${seed}`);
  assertCount('maxCalls', maxCalls, Number.MAX_SAFE_INTEGER);
  assertCount('points', points, MAX_POINTS);
  const clock = new VirtualClock();
  // One process stands for all: what they share is what it has.
  const alone = { ...config, rateLimiting: { ...config.rateLimiting, store: undefined } };
  const bridge = createBridge(alone, { clock, random: streamOf(seed, 'jitter') });
  // Its checks would ask the real world, at the pace of the virtual one.
  bridge.health.stop();
  const { operations } = bridge.config;
  assertWorkload(workload, Object.keys(operations), maxCalls);
  const states = new Map(bridge.state.operations().map((state) => [state.operation, state]));
  const tallies = new Map(
    workload.map(({ operation, targets = {} }) => {
      const limits = states.get(operation)?.rateLimits ?? [];
      return [operation, new Tally(operation, operations[operation] as OperationConfig, limits, Object.keys(targets))];
    }),
  );
  const observer = new TallyObserver(tallies, () => clock.now());
  bridge.observe(observer);
  const playing = play(workload, seed, maxCalls, bridge, clock);
  await clock.run(() => playing.ended() === playing.calls, playing.lastArrivalMs + HORIZON_MS);
  bridge.close();
  const bucketMs = bucketMsFor(observer.lastMs, points);
  return {
    seed,
    durationMs: observer.lastMs,
    bucketMs,
    operations: [...tallies].map(([operation, tally]) =>
      tally.report(observer.lastMs, bucketMs, playing.upstreams.get(operation) as Upstreams),
    ),
  };
}

function assertCount(name: string, value: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
  const upTo = most === Number.MAX_SAFE_INTEGER ? '' : ` and at most ${most}`;
  throw new InvalidArgumentError(`${name} must be a whole number of at least 1${upTo}, got ${value}`);
}
