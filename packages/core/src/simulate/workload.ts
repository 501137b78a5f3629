/** Latency of the upstream: fixed, or log-normal with that median and 95th percentile. */
export type LatencyMs = number | { readonly p50: number; readonly p95: number };

/** A time in which the upstream fails. */
export interface FailureWindow {
  /** Seconds from the start. Default 0. */
  readonly fromSeconds?: number | undefined;
  /** Seconds from the start. Default: to the end. */
  readonly toSeconds?: number | undefined;
  /** Share of the attempts that fail, above 0 up to 1. Default 1. */
  readonly ratio?: number | undefined;
  /** They fail with this HTTP status. */
  readonly status?: number | undefined;
  /** They fail with this code, `ECONNRESET` say. */
  readonly code?: string | undefined;
  /** What the upstream says in `Retry-After`; only with `status`. */
  readonly retryAfterSeconds?: number | undefined;
  /** They never answer. Default false. */
  readonly hang?: boolean | undefined;
}

/** The calls of one operation, and the upstream that answers them. */
export interface OperationLoad {
  /** An operation of the config. */
  readonly operation: string;
  /** Calls per second on average, at random (Poisson), over `durationSeconds`. Either this or `arrivals`. */
  readonly ratePerSecond?: number | undefined;
  readonly durationSeconds?: number | undefined;
  /** When each call is made, in seconds from the start. */
  readonly arrivals?: readonly number[] | undefined;
  /** For whom calls are made, evenly at random: so many keys, or these. Default: calls have no key. */
  readonly keys?: number | readonly string[] | undefined;
  /** Tokens of a call. Default 1. */
  readonly cost?: number | undefined;
  /** The most a call may take. Default: what the config says. */
  readonly deadlineMs?: number | undefined;
  /** Default true. */
  readonly idempotent?: boolean | undefined;
  /** Time in which the upstream serves an attempt, well or badly. */
  readonly latencyMs: LatencyMs;
  /** The first window that hits an attempt decides how it fails. Default: none. */
  readonly failures?: readonly FailureWindow[] | undefined;
  /** Attempts that the upstream serves at once; others wait there in order. Default: any number. */
  readonly concurrencyLimit?: number | undefined;
}
