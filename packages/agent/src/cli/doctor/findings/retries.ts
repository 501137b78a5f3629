import { isAbsolute } from 'node:path';
import type { ClientFacts, PackageFacts } from '../../../doctor/facts.ts';
import type { Overview } from '../overview.ts';
import { attemptsOf, operationsAt, ownOperation, policiesOf, retriedOperations } from '../policies.ts';
import { attention, type Finding, note, ok } from '../report.ts';
import { shownPath } from '../shown-path.ts';

/** Packages that try again, with the attempts that they make by default. */
const RETRYING: Readonly<Record<string, { readonly attempts: number; readonly off: string }>> = {
  'p-retry': { attempts: 11, off: 'take it away, or set retries: 0' },
  'async-retry': { attempts: 11, off: 'take it away, or set retries: 0' },
  retry: { attempts: 11, off: 'take it away, or set retries: 0' },
  got: { attempts: 3, off: 'set retry: { limit: 0 }' },
  ky: { attempts: 3, off: 'set retry: 0' },
  'axios-retry': { attempts: 4, off: 'take it away, or set retries: 0' },
  'fetch-retry': { attempts: 4, off: 'take it away, or set retries: 0' },
  gaxios: { attempts: 4, off: 'set retryConfig: { retry: 0 }' },
  '@smithy/middleware-retry': { attempts: 3, off: 'set maxAttempts: 1' },
};

type Config = NonNullable<Overview['agent']>['config'];

/** Who tries again, and how many attempts a single call can lead to. */
export function retryFindings(overview: Overview): Finding[] {
  const { agent, clients } = overview;
  if (agent === undefined) return [];
  const { config } = agent;
  return [
    ...distinct(clients, ({ kind, target, settings }) => `${kind} ${target} ${settings.maxRetries}`).flatMap((client) =>
      ofClient(client, config, overview),
    ),
    ...ofAiSdk(overview, config),
    ...ofMongo(overview),
    ...overview.packages.flatMap((found) => ofLibrary(found, config, overview)),
    ...ofOperations(config),
  ];
}

function ofOperations(config: Config): Finding[] {
  const names = retriedOperations(config);
  if (names.length === 0) return [];
  return [ok(`attempts at most: ${names.map((name) => `${name} ${attemptsOf(config, name)}`).join(', ')}`)];
}

function ofClient(client: ClientFacts, config: Config, overview: Overview): Finding[] {
  switch (client.kind) {
    case 'openai':
    case '@anthropic-ai/sdk':
      return [ofSdk(client, client.kind, config)];
    case 'ioredis':
      return ofRedis(client, config, overview);
    case 'undici retries':
      return [
        multiplied(
          'undici (a RetryAgent, or its interceptor)',
          Number(client.settings.maxRetries) + 1,
          config,
          'take it away: use a plain Agent or Pool',
        ),
      ];
    default:
      return [];
  }
}

function ofSdk({ target, settings }: ClientFacts, kind: 'openai' | '@anthropic-ai/sdk', config: Config): Finding {
  const own = Number(settings.maxRetries) + 1;
  const name = `${kind} at ${target}`;
  const operation = ownOperation(config, kind);
  const operations = operation === undefined ? operationsAt(config, target) : [operation];
  const retried = operations.filter((each) => attemptsOf(config, each) > 1);
  if (retried.length > 0) {
    const total = Math.max(...retried.map((each) => attemptsOf(config, each)));
    return ok(
      `${name}: its own ${own} attempts are held back, ${retried.join(' and ')} retries: at most ${total} attempts a call`,
    );
  }
  if (own === 1) return ok(`${name} has no retries, and no operation gives it any`);
  return note(`${name} makes up to ${own} attempts of its own`, {
    why: 'no operation with a retry policy belongs to that host, so the SDK decides when to try again',
  });
}

function ofRedis({ target, settings }: ClientFacts, config: Config, { patches }: Overview): Finding[] {
  const operation = ownOperation(config, 'ioredis');
  const active = patches.get('ioredis')?.status === 'active';
  if (active && operation !== undefined && policiesOf(config, operation) !== undefined) {
    return [
      ok(
        `ioredis at ${target}: it sends nothing again by itself, ${operation} decides: at most ${attemptsOf(config, operation)} attempts a call`,
      ),
    ];
  }
  if (settings.autoResendUnfulfilledCommands !== true) return [];
  const { maxRetriesPerRequest } = settings;
  const times = maxRetriesPerRequest === null ? 'without end' : `up to ${Number(maxRetriesPerRequest) + 1} times`;
  return [
    note(`ioredis at ${target} sends a command whose reply was lost again, ${times}, an INCR too`, {
      remedy: `give ${operation ?? 'redis.command'} a policy: then only what may run twice is repeated; or set autoResendUnfulfilledCommands: false`,
    }),
  ];
}

function ofAiSdk({ packages, byHand }: Overview, config: Config): Finding[] {
  if (!packages.some(({ name }) => name === 'ai')) return [];
  if (byHand.includes('ai-sdk'))
    return [ok('the AI SDK is used with hardened models, which leave it nothing to try again')];
  return [
    multiplied(
      'the AI SDK (maxRetries: 2)',
      3,
      config,
      'set maxRetries: 0, or harden the model: hardenLanguageModel of @crossbridge/integrations/ai-sdk',
    ),
  ];
}

function ofMongo({ packages }: Overview): Finding[] {
  if (!packages.some(({ name }) => name === 'mongodb')) return [];
  return [
    note('mongodb tries reads and writes once more by itself (retryReads, retryWrites)', {
      remedy: 'count 2 attempts for each of ours, or switch them off where withDatabaseRetry retries',
    }),
  ];
}

function ofLibrary({ name, version, by }: PackageFacts, config: Config, overview: Overview): Finding[] {
  const known = Object.hasOwn(RETRYING, name) ? RETRYING[name] : undefined;
  const users = by.filter((each) => !each.startsWith('@crossbridge/'));
  const files = users.filter((each) => isAbsolute(each)).map((file) => shownPath(file, overview));
  const library = `${name} ${version ?? ''}`.trim();
  if (name === 'cockatiel' && files.length > 0) return [ofCockatiel(library, files)];
  if (known === undefined || users.length === 0) return [];
  if (files.length > 0) {
    return [multiplied(`${library}, used by ${files.join(' and ')},`, known.attempts, config, known.off)];
  }
  return [note(`${library} is loaded by ${users.join(' and ')}, and may try again what is sent through it`)];
}

/** It has other policies than retries, too. */
function ofCockatiel(library: string, files: readonly string[]): Finding {
  return note(
    `${library} is used by ${files.join(' and ')}: retries of its policies multiply with those of operations`,
    {
      remedy:
        'leave retries to one of the two; bridgePolicy(bridge, operation) is the operation as a policy of cockatiel, for its wrap',
    },
  );
}

/** Something that retries around calls that are retried already. Which calls those are cannot be seen, so the worst is told. */
function multiplied(who: string, attempts: number, config: Config, remedy: string): Finding {
  const retried = retriedOperations(config);
  if (retried.length === 0) return note(`${who} tries again by itself; no operation does`);
  const most = Math.max(...retried.map((name) => attemptsOf(config, name)));
  const total = `up to ${attempts} × ${most} = ${attempts * most} attempts for one call`;
  return attention(
    `${who} retries beside ${retried.join(', ')}: ${total}`,
    'retries around retries multiply, and turn a slow upstream into a dead one',
    `leave it to one of the two: ${remedy}`,
  );
}

function distinct<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
