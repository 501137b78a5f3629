/** How a health check asks: the method of the registered object that it calls, or a function. */
export type HealthCheckType = 'embed' | 'generate' | 'ping' | 'health_check' | 'get_collection' | 'callable';

export interface HealthProviderConfig {
  readonly enabled: boolean;
  /** Default `ping`; nothing that costs money is asked unless it is said here. */
  readonly checkType: HealthCheckType;
  /** Default: that of {@link HealthChecksConfig}, like the timeout and the two thresholds. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
  readonly successThreshold: number;
  /** Whether the service is not ready without it. Default true; false only degrades the service. */
  readonly required: boolean;
  /** The operation whose calls show the same: the check itself runs only while that operation has no traffic. */
  readonly operation?: string;
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
    /** Features that the application is told to switch off while it is degraded. */
    readonly disableFeatures: readonly string[];
  };
}
