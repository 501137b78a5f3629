/**
 * How a health check asks: `http` and `tcp` over the network, without any code; the others by the method of the registered object that
 * they are called like, or a function.
 */
export type HealthCheckType =
  | 'ping'
  | 'health_check'
  | 'get_collection'
  | 'embed'
  | 'generate'
  | 'http'
  | 'tcp'
  | 'callable';

export interface HealthProviderConfig {
  readonly enabled: boolean;
  /** Default `http` with a `url`, `tcp` with an `address`, else `ping`. All but those two only name what code registers. */
  readonly checkType: HealthCheckType;
  /** Default: that of {@link HealthChecksConfig}, like the timeout and the two thresholds. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
  /**
   * True: its failure makes the whole unhealthy. False: its failure degrades the whole at most. Left out: it counts as one among
   * others, so that the whole is unhealthy once all of them fail.
   */
  readonly required?: boolean;
  /** The operation whose calls show the same: the check itself runs only while that operation has no traffic. */
  readonly operation?: string;
  /** What a check of type `http` requests: `http://` or `https://`, without user and password. Only there, and always. */
  readonly url?: string;
  /** Upper case. Default `GET`. Only for `http`, like the next two. */
  readonly method?: string;
  /** Statuses that are healthy. Left out: 200 to 399. */
  readonly expectStatus?: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
  /** What a check of type `tcp` connects to: `host:port`, `[::1]:port`. Only there, and always. */
  readonly address?: string;
  /** Name of a function of older files, kept for reading. A check that is a function is registered in code. */
  readonly callable?: string;
}

export interface FlappingConfig {
  /** How far back changes of status count. Default 10 minutes. */
  readonly windowMs: number;
  /** Changes of status in the window that make a check flapping. Default 5. */
  readonly transitions: number;
}

export interface HealthChecksConfig {
  /** Default true; false runs none. */
  readonly enabled: boolean;
  /** Time between two runs of a check. Default 30 seconds. */
  readonly intervalMs: number;
  /** A run that takes longer has failed. Default 10 seconds. */
  readonly timeoutMs: number;
  /** Failures in a row that make a check unhealthy. Default 3. */
  readonly failureThreshold: number;
  /** Successes in a row that make an unhealthy check healthy again. Default 1. */
  readonly successThreshold: number;
  /** How long a status holds at least before it may change back. Default 0. */
  readonly minimumDwellMs: number;
  /** Wait from the start to the first run of every check. Left out: the scheduler spreads the first runs. */
  readonly initialDelayMs?: number;
  readonly flapping: FlappingConfig;
  /** Checks by name; only those that are given. */
  readonly providers: Readonly<Record<string, HealthProviderConfig>>;
  readonly degradedMode: {
    /** Whether the service counts as ready while it is degraded. Default true. */
    readonly continueOnDegraded: boolean;
    /** Features that the application is told to switch off while it is degraded. Default none. */
    readonly disableFeatures: readonly string[];
  };
}
