import type { ClientFacts } from '../../../doctor/facts.ts';
import type { Overview } from '../overview.ts';
import { boundsWaits, ownOperation } from '../policies.ts';
import { attention, type Finding, note, ok } from '../report.ts';

type Config = NonNullable<Overview['agent']>['config'];

/** Where calls can pile up or wait for ever when something is slow. */
export function queueFindings({ agent, clients, packages, byHand, patches }: Overview): Finding[] {
  const config = agent?.config;
  const isBounded = (module: 'pg' | 'mysql2' | 'ioredis'): string | undefined => {
    const operation = config === undefined ? undefined : ownOperation(config, module);
    const active = patches.get(module)?.status === 'active';
    return active && operation !== undefined && boundsWaits(config as Config, operation) ? operation : undefined;
  };
  const found = clients.flatMap((client) => ofClient(client, isBounded));
  const loaded = (name: string): boolean => packages.some((each) => each.name === name);
  if (loaded('postgres') && !byHand.includes('postgres')) found.push(POSTGRES_JS);
  if (loaded('mongodb')) found.push(MONGODB);
  return [...unique(found), ...(config === undefined ? [] : ofOperations(config))];
}

function ofClient(
  { kind, target, settings }: ClientFacts,
  isBounded: (module: 'pg' | 'mysql2' | 'ioredis') => string | undefined,
): Finding[] {
  switch (kind) {
    case 'pg.Pool': {
      const name = `the pool of pg at ${target} (max ${settings.max})`;
      const limit = settings.connectionTimeoutMillis;
      if (limit !== null) return [ok(`${name} waits at most ${limit} ms for a connection`)];
      return [
        bounded(name, isBounded('pg')) ??
          attention(
            `${name} has no connectionTimeoutMillis`,
            'when all connections are taken, or the database does not answer, queries wait without end, and so do the requests behind them',
            'set connectionTimeoutMillis, or give db.query a timeout or a bulkhead with queue_timeout',
          ),
      ];
    }
    case 'mysql2 pool': {
      const name = `the pool of mysql2 at ${target} (connectionLimit ${settings.connectionLimit})`;
      if (settings.waitForConnections === false) return [ok(`${name} lets nothing wait`)];
      if (settings.queueLimit !== null) return [ok(`${name} lets at most ${settings.queueLimit} queries wait`)];
      return [
        bounded(name, isBounded('mysql2')) ??
          attention(
            `${name} has queueLimit 0: no limit`,
            'when all connections are taken, queries wait without end and without number; mysql2 has no timeout for that',
            'set queueLimit, or give db.query a timeout or a bulkhead with queue_timeout',
          ),
      ];
    }
    case 'ioredis':
      return ofRedis(target, settings, isBounded('ioredis'));
    default:
      return [];
  }
}

function ofRedis(target: string, settings: ClientFacts['settings'], operation: string | undefined): Finding[] {
  const { enableOfflineQueue, maxRetriesPerRequest, commandTimeout } = settings;
  const name = `the offline queue of ioredis at ${target}`;
  if (enableOfflineQueue !== true) return [ok(`ioredis at ${target} keeps no commands while it is not connected`)];
  const bound = bounded(name, operation);
  if (bound !== undefined) return [bound];
  if (commandTimeout !== null) return [ok(`${name} is bounded: a command takes at most ${commandTimeout} ms`)];
  if (maxRetriesPerRequest !== null) {
    return [
      note(`${name} keeps commands for up to ${maxRetriesPerRequest} reconnects`, {
        remedy: 'set commandTimeout, or give redis.command a timeout, if nobody waits that long',
      }),
    ];
  }
  return [
    attention(
      `${name} has no bound (maxRetriesPerRequest: null)`,
      'while the server is away, commands pile up in memory and none of them ends',
      'set commandTimeout or maxRetriesPerRequest, or give redis.command a timeout',
    ),
  ];
}

const POSTGRES_JS: Finding = attention(
  'postgres (postgres.js) is loaded and not hardened',
  'it keeps queries in memory without bound while the database is away, and the agent cannot patch it: it has no classes',
  'harden it: hardenPostgres(sql, { bridge }) of @crossbridge/integrations/postgres',
);

const MONGODB: Finding = note(
  'mongodb waits without end for a connection of its pool unless waitQueueTimeoutMS is set',
  {
    remedy: 'set waitQueueTimeoutMS, or timeoutMS',
  },
);

function bounded(name: string, operation: string | undefined): Finding | undefined {
  return operation === undefined ? undefined : ok(`${name} has no limit of its own; ${operation} bounds the wait`);
}

function ofOperations(config: Config): Finding[] {
  return Object.entries(config.operations).flatMap(([name, { bulkhead, timeout }]) => {
    if (bulkhead === null || bulkhead.queue === 0 || bulkhead.queueTimeoutMs !== null || timeout.totalMs !== null)
      return [];
    return [
      attention(
        `the bulkhead of ${name} lets ${bulkhead.queue} calls wait, for ever`,
        'its callers have given up long before their turn comes',
        `set bulkhead.queue_timeout or timeout.total of ${name}`,
      ),
    ];
  });
}

function unique(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [finding.what, finding])).values()];
}
