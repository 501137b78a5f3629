/** The endpoint that serves `/metrics`, `/livez`, `/readyz` and `/healthz`. Read at the start only. */
export interface AdminConfig {
  readonly enabled: boolean;
  /** Default 127.0.0.1. */
  readonly host: string;
  /** Default 9464; 0 takes a free one. */
  readonly port: number;
  /** How long the event loop may be stuck before `/livez` fails, at least 1 second. Default 30 seconds. */
  readonly livenessLimitMs: number;
  /** How long the event loop may be stuck before `/readyz` fails. Default 5 seconds. */
  readonly readinessLimitMs: number;
  /**
   * Names that a request may have in its `Host` beside `host`, the machine's own, localhost and IP addresses; lower case, `*.example.com`
   * for all subdomains. Others are refused, so that no web page can reach the endpoint by a name of its own. Default none.
   */
  readonly allowedHosts: readonly string[];
}

/** What happens once the process is told to stop (SIGTERM, SIGINT). Read at the start only. */
export interface ShutdownConfig {
  /** How long calls under way may take to end. Default 10 seconds; 0 waits for none. */
  readonly drainLimitMs: number;
  /** How long the process serves on at least, so that load balancers notice. Default 0. */
  readonly delayMs: number;
}

/** How much the agent tells. Read at the start only. */
export interface TelemetryConfig {
  /** Traces that are kept whatever the sampler drew. */
  readonly sampling: {
    /** Keeps calls that take longer. Default 5 seconds; 0 keeps all. */
    readonly keepSlowerThanMs: number;
    /** Keeps calls that failed, were refused or were tried again. Default true. */
    readonly keepWhatHurts: boolean;
  };
  /** Whether spans tell for whom a call was made: not at all (default), or as a hash of the key. */
  readonly recordKey: false | 'hashed';
  /**
   * Whether calls of models are measured as OpenTelemetry's conventions for generative AI say (`gen_ai.client.*`). Default true; false where the
   * application's own instrumentation makes the same metrics, so that no call counts twice.
   */
  readonly genAi: boolean;
  /** The least severe message of the agent itself that is written. Default `warn`. */
  readonly logLevel: 'off' | 'error' | 'warn' | 'info';
}

/** Modules that the agent can put under policies. */
export type PatchName = 'fetch' | 'undici' | 'openai' | '@anthropic-ai/sdk' | 'pg' | 'mysql2' | 'ioredis';

export interface PatchConfig {
  /**
   * The operation that the calls belong to; while the config has no such operation they go on untouched. Default `db.query` for pg and mysql2,
   * `redis.command` for ioredis. Null, the default of the others: that of the matching upstream.
   */
  readonly operation: string | null;
}

/** What the agent puts under policies by itself; false leaves a module alone. Read at the start only. */
export type PatchesConfig = { readonly [Module in PatchName]: PatchConfig | false };
