import type { CallOutcome } from '../observer.ts';
import type { PolicyReports } from './policy-report.ts';

/** By nearest rank: each is a value that occurred. */
export interface Quantiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** The whole, and the parts of it. Each has its own quantiles, so the parts do not add up to the whole. */
export interface LatencyReport {
  readonly total: Quantiles;
  /** Waiting for rate limits. */
  readonly limiter: Quantiles;
  /** Waiting for the bulkhead. */
  readonly queue: Quantiles;
  /** Inside attempts; those of a hedge count beside each other. */
  readonly attempt: Quantiles;
  /** Waiting between attempts. */
  readonly backoff: Quantiles;
}

/** What became of calls. */
export interface CallFigures {
  readonly calls: number;
  /** Calls that reached the upstream at least once. */
  readonly admitted: number;
  /** How calls ended. Their sum and `unfinished` are `calls`. */
  readonly outcomes: Readonly<Record<CallOutcome, number>>;
  /** Calls that nothing would ever end: an upstream that hangs, and no timeout. */
  readonly unfinished: number;
  /** How often calls ended with an error of that type, `cancelled` included. */
  readonly errorTypes: Readonly<Record<string, number>>;
  readonly attempts: number;
  /** Attempts after a failure. */
  readonly retried: number;
  /** Attempts beside one that took long. */
  readonly hedged: number;
  /** Attempts per admitted call: 1 when nothing is repeated, 0 when nothing was admitted. */
  readonly amplification: number;
  /** Of the calls that no policy refused: refusals take no time, and would make an overload look fast. Null without such calls. */
  readonly latencyMs: LatencyReport | null;
  /** What the time of all calls that ended was spent on, added up. */
  readonly timeMs: {
    readonly limiter: number;
    readonly queue: number;
    readonly attempt: number;
    readonly backoff: number;
  };
}

/** How much an upstream had to do. */
export interface UpstreamReport {
  /** Most attempts served at once. */
  readonly peakConcurrency: number;
  /** Most attempts that waited there at once. */
  readonly peakQueue: number;
  /** Attempts answered at once with 429, beyond its quota. */
  readonly overQuota: number;
  /** Attempts answered at once with 503, its queue being full. */
  readonly shed: number;
  /** Attempts whose caller gave up before the answer. */
  readonly abandoned: number;
}

/** What happened when: each list has a number for each step of `bucketMs`, the first from the start on. */
export interface SeriesReport {
  /** Calls made. */
  readonly calls: readonly number[];
  /** Attempts begun, and those of them that were retries or hedges. */
  readonly attempts: readonly number[];
  readonly repeated: readonly number[];
  /** Calls ended, by outcome. */
  readonly outcomes: Readonly<Record<CallOutcome, readonly number[]>>;
  /** Of the calls ended that no policy refused; null where there were none. */
  readonly latencyMs: { readonly p50: readonly (number | null)[]; readonly p99: readonly (number | null)[] };
}

export interface TargetReport extends CallFigures {
  readonly target: string;
  /** Time for which its own breaker was open, waiting for the first call that may probe included; 0 where it has none. */
  readonly openMs: number;
  readonly upstream: UpstreamReport;
}

export interface OperationReport extends CallFigures {
  readonly operation: string;
  readonly policies: PolicyReports;
  /** In the order of the workload; empty where the load has no targets. */
  readonly targets: readonly TargetReport[];
  /** Null where the load has targets, each of which has its own. */
  readonly upstream: UpstreamReport | null;
  readonly series: SeriesReport;
}

/** What a simulation has shown: plain data, for a file or a chart. */
export interface SimulationReport {
  readonly seed: number;
  /** Virtual time from the start to the last call or attempt that started or ended. */
  readonly durationMs: number;
  /** Width of each step of the `series`. */
  readonly bucketMs: number;
  /** In the order of the workload. */
  readonly operations: readonly OperationReport[];
}
