import type { BreakerState, CallOutcome } from '../observer.ts';

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What became of the calls of one operation. */
export interface OperationReport {
  readonly operation: string;
  readonly calls: number;
  /** Calls that reached the upstream at least once. */
  readonly admitted: number;
  /** How calls ended. Their sum and `unfinished` are `calls`. */
  readonly outcomes: Readonly<Record<CallOutcome, number>>;
  /** Calls that nothing would ever end: an upstream that hangs, and no timeout. */
  readonly unfinished: number;
  readonly attempts: number;
  /** Attempts after a failure. */
  readonly retried: number;
  /** Attempts beside one that took long. */
  readonly hedged: number;
  /** Attempts per admitted call: 1 when nothing is repeated, 0 when nothing was admitted. */
  readonly amplification: number;
  /** Of the calls that no policy refused: refusals take no time, and would make an overload look fast. Null without such calls. */
  readonly latencyMs: Quantiles | null;
  /** What the time of all calls that ended was spent on. */
  readonly timeMs: {
    readonly limiter: number;
    readonly queue: number;
    readonly attempt: number;
    readonly backoff: number;
  };
  readonly breaker: {
    readonly transitions: readonly { readonly atMs: number; readonly from: BreakerState; readonly to: BreakerState }[];
    /** Time for which the circuit was open, waiting for the first call that may probe included. */
    readonly openMs: number;
  };
  readonly upstream: {
    /** Most attempts served at once. */
    readonly peakConcurrency: number;
    /** Most attempts that waited at the upstream at once. */
    readonly peakQueue: number;
  };
}

export interface SimulationReport {
  readonly seed: number;
  /** Virtual time from the start to the end of the last call that ended. */
  readonly durationMs: number;
  /** In the order of the workload. */
  readonly operations: readonly OperationReport[];
}
