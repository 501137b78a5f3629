import type { ConfigWarning, RuntimeConfig } from '@crossbridge/core/config';
import type { PatchReport } from '../patches/patch.ts';

/** How a process came by the agent. `doctor`: by nothing but the doctor. */
export type FlagSource = 'command line' | 'NODE_OPTIONS' | 'code' | 'doctor' | 'none';

/** A function that stands where the agent wants to be. */
export interface InFront {
  readonly method: string;
  /** Name and place: `wrapped (file:///app/tracing.js:12)`. */
  readonly by: string;
}

export interface PatchFacts extends Omit<PatchReport, 'inFront'> {
  readonly inFront: readonly InFront[];
}

/** A package that was loaded from a `node_modules`. */
export interface PackageFacts {
  readonly name: string;
  readonly directory: string;
  readonly version: string | undefined;
  /** Who loaded it before the agent was there, as far as that can be told. Undefined: nobody. */
  readonly earlyBy?: readonly string[];
  /** Who asked for it: packages by their name, files of the application by their path. At most ten. */
  readonly by: readonly string[];
}

/** A client or a pool that was made. */
export interface ClientFacts {
  readonly kind: ClientKind;
  /** Where it connects to, without credentials. */
  readonly target: string;
  /** The settings that decide how long it waits and how often it tries again. `null` where the driver has no bound. */
  readonly settings: Readonly<Record<string, number | boolean | null>>;
}

export type ClientKind = 'pg.Pool' | 'mysql2 pool' | 'ioredis' | 'undici retries' | 'openai' | '@anthropic-ai/sdk';

/** Requests to one host, as Node.js itself tells of them. */
export interface TrafficFacts {
  readonly host: string;
  /** What sent them: the built-in `fetch` and the package undici, or `node:http`. */
  readonly via: 'fetch' | 'node:http';
  readonly requests: number;
  /** Those that were an attempt of a call under policies. */
  readonly hardened: number;
}

/** A worker thread or a process that was started. */
export interface StartedFacts {
  readonly kind: 'worker' | 'process';
  /** Thread or process id. */
  readonly id: number;
  readonly what: string;
  /** The file that started it, as far as the stack tells. */
  readonly by: string | undefined;
}

/** What one process, or worker thread, told of itself. */
export interface ProcessFacts {
  readonly pid: number;
  readonly threadId: number;
  /** Whether it is the first process, and not one of those it started. */
  readonly first: boolean;
  /** Whether it was started by `fork`: those take over the flags of the command line. */
  readonly forked: boolean;
  readonly main: string | undefined;
  readonly cwd: string;
  readonly node: string;
  readonly canWatchImports: boolean;
  readonly flag: FlagSource;
  /** With which flag: `--import @crossbridge/agent`; or the file that loads it. */
  readonly flagText: string | undefined;
  /** Why the agent did not start. */
  readonly agentError?: string;
  readonly agent?: AgentFacts;
  /** Standard variables that decide what is exported, and those of CrossBridge; none that holds a secret. */
  readonly env: Readonly<Record<string, string>>;
  readonly patches: readonly PatchFacts[];
  readonly packages: readonly PackageFacts[];
  /** Files outside of `node_modules` that were loaded; those that were there before the agent are `earlyFiles`, too. */
  readonly files: readonly string[];
  readonly earlyFiles: readonly string[];
  /** Entries of `@crossbridge/integrations` that the application itself imports. */
  readonly byHand: readonly string[];
  readonly clients: readonly ClientFacts[];
  readonly traffic: readonly TrafficFacts[];
  readonly calls: readonly CallFacts[];
  readonly started: readonly StartedFacts[];
  /** The version of the API that an OpenTelemetry SDK is registered through. */
  readonly otelApi: string | undefined;
}

/** Calls of an operation, while it was looked. */
export interface CallFacts {
  readonly operation: string;
  readonly calls: number;
  readonly attempts: number;
  /** Calls that did not succeed. */
  readonly failures: number;
}

export interface AgentFacts {
  readonly configFile: string | undefined;
  readonly warnings: readonly ConfigWarning[];
  readonly config: Pick<RuntimeConfig, 'operations' | 'upstreams' | 'patches' | 'admin' | 'retry' | 'rateLimiting'>;
}
