import type { Distribution } from './distribution.ts';
import type { Keys } from './keys.ts';
import type { TrafficShape } from './traffic.ts';

/** In milliseconds. */
export type LatencyMs = Distribution;

/** A time in which an upstream fails, or is slow. It hits attempts that arrive in it. */
export interface FailureWindow {
  /** Seconds from the start. Default 0. */
  readonly fromSeconds?: number | undefined;
  /** Seconds from the start. Default: to the end. */
  readonly toSeconds?: number | undefined;
  /** Share of the attempts that are hit, above 0 up to 1. Default 1. */
  readonly ratio?: number | undefined;
  /** They fail with this HTTP status. */
  readonly status?: number | undefined;
  /** They fail with this code: `ECONNRESET`, `ECONNREFUSED` … */
  readonly code?: string | undefined;
  /** What the upstream says in `Retry-After`; only with `status`. */
  readonly retryAfterSeconds?: number | undefined;
  /** They are never answered. Default false. */
  readonly hang?: boolean | undefined;
  /** How long their answer takes. Alone, they are answered well but slowly. Default: as long as any other. */
  readonly latencyMs?: LatencyMs | undefined;
}

/** What answers attempts. */
export interface UpstreamLoad {
  /** Time in which it serves an attempt, well or badly, waiting for its turn not included. */
  readonly latencyMs: LatencyMs;
  /** The first window that hits an attempt decides what becomes of it. Default: none. */
  readonly failures?: readonly FailureWindow[] | undefined;
  /** Attempts that it serves at once; others wait there, first come first served. Default: any number. */
  readonly concurrencyLimit?: number | undefined;
  /** Attempts that may wait there; more are answered 503 at once. Needs `concurrencyLimit`. Default: any number. */
  readonly queueLimit?: number | undefined;
  /** Its own rate limit, a token for each attempt: beyond it the answer is 429 at once, with the wait in `Retry-After`. Default: none. */
  readonly quota?: { readonly capacity: number; readonly windowSeconds: number } | undefined;
  /**
   * Whether it drops an attempt that the caller has given up. Default false: most servers do not notice, finish the work and throw the
   * answer away, which is what makes retries hurt.
   */
  readonly stopsOnAbort?: boolean | undefined;
}

/** One of several upstreams of an operation. */
export interface TargetLoad extends UpstreamLoad {
  /** Its share of the calls, beside the weights of the others. Default 1. */
  readonly weight?: number | undefined;
}

/** Who makes calls, and how. */
export interface Callers {
  /** For whom calls are made. Default: calls have no key. */
  readonly keys?: Keys | undefined;
  /** Tokens of a call. Default 1. */
  readonly cost?: Distribution | undefined;
  /** The most a call may take. Default: what the config says. */
  readonly deadlineMs?: number | undefined;
  /** After so long the caller aborts. Default: never. */
  readonly patienceMs?: Distribution | undefined;
  /** Default true. */
  readonly idempotent?: boolean | undefined;
}

/** A stream of calls: when, and by whom where that is not what the {@link OperationLoad} says. */
export type Traffic = TrafficShape & Callers;

/**
 * The calls of one operation, and what answers them. It is plain data, so it can be a JSON file.
 *
 * Of several streams of traffic each has its own callers: everyday users and, say, one that runs wild. Needs `upstream` or `targets`, not
 * both.
 */
export interface OperationLoad extends Callers {
  /** An operation of the config, in one entry of the workload only. */
  readonly operation: string;
  readonly traffic: Traffic | readonly Traffic[];
  /** Answers every call. Calls have no target then. */
  readonly upstream?: UpstreamLoad | undefined;
  /** By name (the host, say): each call goes to one of them, with all of its attempts. */
  readonly targets?: Readonly<Record<string, TargetLoad>> | undefined;
}
