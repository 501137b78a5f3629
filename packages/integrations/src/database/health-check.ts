import {
  assertOptions,
  type Bridge,
  getDefaultBridge,
  InvalidArgumentError,
  optionNames,
  type RegisterOptions,
  refuseOption,
} from '@crossbridge/core';
import { assertBridgeOption } from '../hardened/call-options.ts';
import { originalOf } from '../hardened/hardened-object.ts';

/** How the check is run and judged; what is left out is what the config says in `health_checks`. */
export interface DatabaseHealthOptions extends RegisterOptions {
  /** Sent where the connection has no `ping`. Default `SELECT 1`. */
  readonly query?: string | undefined;
  /** Default: the default bridge. */
  readonly bridge?: Bridge | undefined;
}

const WHOSE = 'registerDatabaseHealthCheck';

const NAMES = optionNames<DatabaseHealthOptions>({
  required: true,
  intervalMs: true,
  timeoutMs: true,
  failureThreshold: true,
  successThreshold: true,
  minimumDwellMs: true,
  flapping: true,
  operation: true,
  query: true,
  bridge: true,
});

/**
 * Registers a health check that asks a connection, or a pool, by the first it has of `ping()`, `query` and `execute`; a function is asked
 * itself. An answer is enough, except `false`. It counts for no limit, breaker or statistic, of a hardened connection either.
 *
 * @param name `database` has its interval and timeout in the `health_checks.providers` of most configs
 * @throws InvalidArgumentError for arguments that cannot work, ConfigError when the default bridge has to be made and its file cannot be
 * used
 */
export function registerDatabaseHealthCheck(
  name: string,
  connection: object | (() => unknown),
  options: DatabaseHealthOptions = {},
): void {
  assertOptions(options, NAMES, WHOSE);
  const { query = 'SELECT 1', bridge, ...register } = options;
  if (typeof query !== 'string' || query.trim() === '') refuseOption('query', WHOSE, 'a statement', query);
  assertBridgeOption(bridge, WHOSE);
  const ask = askerOf(connection, query);
  const check = async (): Promise<unknown> => {
    const answer = await ask();
    return answer === false
      ? { status: 'unhealthy', message: 'The database answered false' }
      : { status: 'healthy', message: 'Database responding' };
  };
  (bridge ?? getDefaultBridge()).health.register(name, check, register);
}

/** How to ask; what to ask is looked up at each run. */
function askerOf(connection: unknown, query: string): () => unknown {
  const isFunction = typeof connection === 'function';
  if (isFunction || (typeof connection === 'object' && connection !== null)) {
    const target = originalOf(connection) as Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;
    const method = ['ping', 'query', 'execute'].find((candidate) => typeof target[candidate] === 'function');
    if (method !== undefined) return () => (method === 'ping' ? target[method]?.() : target[method]?.(query));
    if (isFunction) return () => (connection as () => unknown)();
  }
  throw new InvalidArgumentError(
    `The second argument of ${WHOSE} must be an object with ping, query or execute, or a function that asks`,
  );
}
