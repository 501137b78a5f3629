import { type BridgeEvent, createBridge } from '@crossbridge/core';
import type { RuntimeConfigInput } from '@crossbridge/core/config';
import { play } from '../../../packages/core/src/simulate/play.ts';
import { streamOf } from '../../../packages/core/src/simulate/random.ts';
import type { OperationReport } from '../../../packages/core/src/simulate/report.ts';
import type { OperationLoad } from '../../../packages/core/src/simulate/workload.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

interface Told {
  readonly atMs: number;
  readonly event: BridgeEvent;
}

/** The report of a workload, made the long way: through a bridge that is watched, on the clock of the tests. */
export async function measure(
  config: RuntimeConfigInput,
  workload: readonly OperationLoad[],
  seed: number,
): Promise<readonly OperationReport[]> {
  const clock = new VirtualClock();
  // To the same origin, so that not even the rounding differs.
  clock.jump(-clock.now());
  const told: Told[] = [];
  const observer = { on: (event: BridgeEvent) => void told.push({ atMs: clock.now(), event }) };
  const bridge = createBridge(config, { clock, random: streamOf(seed, 'jitter'), observers: [observer] });
  const playing = play(workload, seed, 10_000, bridge, clock);
  await clock.advance(playing.lastArrivalMs + 1);
  // Long enough for every wait of these workloads.
  await clock.advance(3_600_000);
  const endMs = Math.max(0, ...told.flatMap(({ atMs, event }) => (event.type === 'call.ended' ? [atMs] : [])));
  return workload.map(({ operation }) => {
    const upstream = playing.upstreams.get(operation);
    const mine = told.filter(
      ({ event }) => ('operation' in event ? event.operation : event.call?.operation) === operation,
    );
    return reportOf(operation, mine, endMs, {
      peakConcurrency: upstream?.peakConcurrency ?? 0,
      peakQueue: upstream?.peakQueue ?? 0,
    });
  });
}

function reportOf(
  operation: string,
  told: readonly Told[],
  endMs: number,
  upstream: OperationReport['upstream'],
): OperationReport {
  const all = <K extends BridgeEvent['type']>(type: K): Extract<BridgeEvent, { type: K }>[] =>
    told.flatMap(({ event }) => (event.type === type ? [event as Extract<BridgeEvent, { type: K }>] : []));
  const ends = all('call.ended');
  const starts = all('attempt.started');
  const count = (outcome: string): number => ends.filter((end) => end.outcome === outcome).length;
  const kinds = (kind: string): number => starts.filter((start) => start.kind === kind).length;
  const admitted = new Set(starts.map(({ call }) => call)).size;
  const durations = ends
    .filter(({ outcome }) => outcome !== 'throttled' && outcome !== 'rejected')
    .map(({ durationMs }) => durationMs)
    .sort((a, b) => a - b);
  const quantile = (share: number): number => durations[Math.ceil(durations.length * share) - 1] ?? Number.NaN;
  const total = (phase: 'limiterMs' | 'queueMs' | 'attemptMs' | 'backoffMs'): number =>
    ends.reduce((sum, { call }) => sum + call[phase], 0);
  const transitions = told.flatMap(({ atMs, event }) =>
    event.type === 'circuit_breaker.changed' ? [{ atMs, from: event.from, to: event.to }] : [],
  );
  const openMs = transitions.reduce(
    (sum, { atMs, to }, index) => (to === 'open' ? sum + ((transitions[index + 1]?.atMs ?? endMs) - atMs) : sum),
    0,
  );
  return {
    operation,
    calls: all('call.started').length,
    admitted,
    outcomes: {
      success: count('success'),
      error: count('error'),
      throttled: count('throttled'),
      rejected: count('rejected'),
      timeout: count('timeout'),
      cancelled: count('cancelled'),
    },
    unfinished: all('call.started').length - ends.length,
    attempts: starts.length,
    retried: kinds('retry'),
    hedged: kinds('hedge'),
    amplification: admitted === 0 ? 0 : starts.length / admitted,
    latencyMs: durations.length === 0 ? null : { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) },
    timeMs: {
      limiter: total('limiterMs'),
      queue: total('queueMs'),
      attempt: total('attemptMs'),
      backoff: total('backoffMs'),
    },
    breaker: { transitions, openMs },
    upstream,
  };
}
