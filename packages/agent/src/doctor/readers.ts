import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageOf } from '../patches/hooks/module-file.ts';
import type { FoundModule } from '../patches/patch.ts';
import type { ClientFacts, ClientKind } from './facts.ts';
import { hostOf } from './host-of.ts';

/** How the clients of one kind are noticed, and what is read off them. */
export interface Reader {
  readonly kind: ClientKind;
  /** A member that the constructor assigns, and assigns once. */
  readonly assigned: string;
  /** The prototype of the class, if this file has it. */
  prototypeIn(found: FoundModule, exports: unknown): object | undefined;
  read(instance: object): Omit<ClientFacts, 'kind'>;
}

interface PgPool {
  readonly options: {
    readonly host?: string;
    readonly port?: number;
    readonly connectionString?: string;
    readonly max?: number;
    readonly connectionTimeoutMillis?: number;
  };
}

interface MysqlPool {
  readonly config: {
    readonly connectionLimit: number;
    readonly queueLimit?: number;
    readonly waitForConnections: boolean;
    readonly connectionConfig: { readonly host?: string; readonly port?: number };
  };
}

interface Redis {
  readonly options: {
    readonly host?: string;
    readonly port?: number;
    readonly maxRetriesPerRequest?: number | null;
    readonly enableOfflineQueue?: boolean;
    readonly autoResendUnfulfilledCommands?: boolean;
    readonly commandTimeout?: number;
  };
}

interface RetryHandler {
  readonly retryOpts: { readonly maxRetries?: number };
}

interface SdkClient {
  readonly maxRetries: number;
  readonly timeout: number;
  readonly baseURL: string;
}

const { cache } = createRequire(import.meta.url);

export const READERS: readonly Reader[] = [
  {
    kind: 'pg.Pool',
    assigned: 'options',
    prototypeIn: ({ name }, exports) => (name === 'pg-pool' ? prototypeOf(exports) : undefined),
    read: (pool) => {
      const { host, port, connectionString, max, connectionTimeoutMillis } = (pool as PgPool).options;
      return {
        target: connectionString === undefined ? at(host, port, 5432) : addressIn(connectionString),
        settings: { max: max ?? 10, connectionTimeoutMillis: connectionTimeoutMillis || null },
      };
    },
  },
  {
    kind: 'mysql2 pool',
    assigned: 'config',
    prototypeIn: ({ name }, exports) =>
      name === 'mysql2/lib/base/pool' || name === 'mysql2/lib/pool' ? prototypeOf(exports) : undefined,
    read: (pool) => {
      const { connectionLimit, queueLimit, waitForConnections, connectionConfig } = (pool as MysqlPool).config;
      return {
        target: at(connectionConfig.host, connectionConfig.port, 3306),
        settings: { connectionLimit, queueLimit: queueLimit || null, waitForConnections },
      };
    },
  },
  {
    kind: 'ioredis',
    assigned: 'options',
    prototypeIn: ({ name }, exports) =>
      name === 'ioredis/built/Redis' ? prototypeOf((exports as { readonly default?: unknown }).default) : undefined,
    read: (client) => {
      const {
        host,
        port,
        maxRetriesPerRequest = null,
        enableOfflineQueue,
        autoResendUnfulfilledCommands,
        commandTimeout,
      } = (client as Redis).options;
      return {
        target: at(host, port, 6379),
        settings: {
          maxRetriesPerRequest,
          enableOfflineQueue: enableOfflineQueue ?? true,
          autoResendUnfulfilledCommands: autoResendUnfulfilledCommands ?? true,
          commandTimeout: commandTimeout ?? null,
        },
      };
    },
  },
  {
    kind: 'undici retries',
    assigned: 'retryOpts',
    // One is made for each request that is to be retried, by a RetryAgent or an interceptor.
    prototypeIn: ({ name, directory }) =>
      packageOf(name) === 'undici'
        ? prototypeOf(cache[join(directory, 'lib/handler/retry-handler.js')]?.exports)
        : undefined,
    read: (handler) => ({
      target: 'wherever it is used',
      settings: { maxRetries: (handler as RetryHandler).retryOpts.maxRetries ?? 5 },
    }),
  },
  sdkReader('openai', 'OpenAI'),
  sdkReader('@anthropic-ai/sdk', 'BaseAnthropic'),
];

function sdkReader(kind: 'openai' | '@anthropic-ai/sdk', exported: string): Reader {
  return {
    kind,
    assigned: 'maxRetries',
    prototypeIn: ({ name }, exports) =>
      name === kind || name === `${kind}/client`
        ? prototypeOf((exports as Readonly<Record<string, unknown>>)[exported])
        : undefined,
    read: (client) => {
      const { maxRetries, timeout, baseURL } = client as SdkClient;
      return { target: hostOf(baseURL) ?? 'an unknown address', settings: { maxRetries, timeout } };
    },
  };
}

function prototypeOf(found: unknown): object | undefined {
  const prototype: unknown = typeof found === 'function' ? found.prototype : undefined;
  return typeof prototype === 'object' && prototype !== null ? prototype : undefined;
}

/** Host and port of an address; nothing else of it, for it holds a password. */
function addressIn(connectionString: string): string {
  const url = URL.canParse(connectionString) ? new URL(connectionString) : undefined;
  return url === undefined || url.hostname === '' ? 'an address of its own' : at(url.hostname, Number(url.port), 5432);
}

function at(host: string | undefined, port: number | undefined, standardPort: number): string {
  return `${host ?? 'localhost'}:${port || standardPort}`;
}
