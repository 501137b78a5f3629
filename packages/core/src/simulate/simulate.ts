import { createBridge } from '../bridge.ts';
import type { RuntimeConfigInput } from '../config/input.ts';
import { InvalidArgumentError } from '../errors.ts';
import { play } from './play.ts';
import { streamOf } from './random.ts';
import type { SimulationReport } from './report.ts';
import { observeInto, Tally } from './tally.ts';
import type { Upstream } from './upstream.ts';
import { assertWorkload } from './validate.ts';
import { VirtualClock } from './virtual-clock.ts';
import type { OperationLoad } from './workload.ts';

const DEFAULT_MAX_CALLS = 100_000;

/** After the last arrival. What has not ended by then hangs. */
const HORIZON_MS = 24 * 3_600_000;

export interface SimulateOptions {
  /** A whole number: the same one gives the same report. Default 1. */
  readonly seed?: number | undefined;
  /** Calls that may be simulated; a workload with more is refused. Default 100,000. */
  readonly maxCalls?: number | undefined;
}

/**
 * Tells what a config would do under a workload: makes its calls through a real bridge, on a clock of its own whose time passes at once.
 * Nothing leaves the process. Arrivals, latencies, failures and jitter are drawn from the seed.
 *
 * @throws ConfigError for a config, InvalidArgumentError for a workload or options that cannot work
 */
export async function simulate(
  config: RuntimeConfigInput,
  workload: readonly OperationLoad[],
  { seed = 1, maxCalls = DEFAULT_MAX_CALLS }: SimulateOptions = {},
): Promise<SimulationReport> {
  if (!Number.isSafeInteger(seed)) throw new InvalidArgumentError(`seed must be a whole number, got ${seed}`);
  if (!(Number.isSafeInteger(maxCalls) && maxCalls >= 1)) {
    throw new InvalidArgumentError(`maxCalls must be a whole number of at least 1, got ${maxCalls}`);
  }
  const clock = new VirtualClock();
  const bridge = createBridge(config, { clock, random: streamOf(seed, 'jitter') });
  assertWorkload(workload, bridge.config, maxCalls);
  const tallies = new Map(workload.map(({ operation }) => [operation, new Tally(operation)]));
  bridge.observe(observeInto(tallies, () => clock.now()));
  const playing = play(workload, seed, maxCalls, bridge, clock);
  await clock.run(() => playing.ended() === playing.calls, playing.lastArrivalMs + HORIZON_MS);
  bridge.close();
  const durationMs = playing.lastEndMs();
  return {
    seed,
    durationMs,
    operations: [...tallies].map(([operation, tally]) =>
      tally.report(durationMs, playing.upstreams.get(operation) as Upstream),
    ),
  };
}
