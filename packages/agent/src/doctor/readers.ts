import type { ClientFacts, ClientKind } from './facts.ts';
import { hostOf } from './host-of.ts';

/** How the clients of one kind are found, and what is read off them. */
export interface Reader {
  readonly kind: ClientKind;
  /** CommonJS files that export the class, as `moduleFileOf` names them. */
  readonly cjsFiles: readonly string[];
  /** The file of the build for ES modules, where that has a class of its own. */
  readonly esFile?: string;
  /** What the class is exported as; empty: the file exports nothing else. */
  readonly exported: string;
  /** Undefined for what is no client in use. */
  read(instance: object): Omit<ClientFacts, 'kind'> | undefined;
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

interface SdkClient {
  readonly maxRetries: number;
  readonly timeout: number;
  readonly baseURL: string;
}

export const READERS: readonly Reader[] = [
  {
    kind: 'pg.Pool',
    cjsFiles: ['pg-pool'],
    exported: '',
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
    cjsFiles: ['mysql2/lib/base/pool', 'mysql2/lib/pool'],
    exported: '',
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
    cjsFiles: ['ioredis/built/Redis'],
    exported: 'default',
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
    kind: 'undici RetryAgent',
    cjsFiles: ['undici'],
    exported: 'RetryAgent',
    read: () => ({ target: 'wherever it is used', settings: {} }),
  },
  sdkReader('openai', 'OpenAI'),
  sdkReader('@anthropic-ai/sdk', 'BaseAnthropic'),
];

function sdkReader(kind: 'openai' | '@anthropic-ai/sdk', exported: string): Reader {
  return {
    kind,
    cjsFiles: [kind, `${kind}/client`],
    esFile: `${kind}/client`,
    exported,
    read: (client) => {
      const { maxRetries, timeout, baseURL } = client as SdkClient;
      if (typeof maxRetries !== 'number') return undefined;
      return { target: hostOf(baseURL) ?? 'an unknown address', settings: { maxRetries, timeout } };
    },
  };
}

/** Host and port of an address; nothing else of it, for it holds a password. */
function addressIn(connectionString: string): string {
  const url = URL.canParse(connectionString) ? new URL(connectionString) : undefined;
  return url === undefined || url.hostname === '' ? 'an address of its own' : at(url.hostname, Number(url.port), 5432);
}

function at(host: string | undefined, port: number | undefined, standardPort: number): string {
  return `${host ?? 'localhost'}:${port || standardPort}`;
}
