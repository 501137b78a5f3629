import { authorityOver, InvalidArgumentError, runAsAttempt, willAskAbout } from '@crossbridge/core';
import { CommandWatch } from './command-watch.ts';
import { kindOf } from './commands.ts';
import { assertHardenRedisOptions, type HardenRedisOptions, runOptionsOf } from './options.ts';

/** A client of node-redis. */
export interface NodeRedisClient {
  sendCommand(...args: never): unknown;
}

interface CommandOptions {
  readonly abortSignal?: AbortSignal;
}

/** What else node-redis makes, by what only that has. It sends through clients of its own, which come and go and are out of reach. */
const OF_SEVERAL: readonly (readonly [member: string, maker: string])[] = [
  ['nodeByAddress', 'createCluster'],
  ['getMasterNode', 'createSentinel'],
  ['idleClients', 'createClientPool'],
];

type SendCommand = (this: unknown, args: readonly unknown[], options?: CommandOptions) => Promise<unknown>;

/**
 * Puts a client of node-redis (`redis`, `@redis/client`) under the policies of an operation, for good, and returns it: every command, of
 * modules and scripts too, is a call, whoever holds the client. Clients that it duplicates are not hardened.
 *
 * - A command is repeated when it certainly did not happen (the server is loading, has lost its master …), and after a lost reply only if it
 *   changes nothing: an INCR whose reply is lost is executed once. node-redis itself repeats nothing that was sent.
 * - While the client reconnects, node-redis keeps commands in its queue: the attempt timeout and the deadline bound that, and a command
 *   that is given up in the queue is never sent. `disableOfflineQueue` makes them fail at once, to be tried again by the retry policy.
 * - `multi()`, WATCH, blocking commands, subscriptions and commands about the connection pass untouched.
 * - Commands keep their order. One that is repeated comes after those that were sent in the meantime.
 * - What `createCluster`, `createSentinel` and `createClientPool` make cannot be hardened.
 *
 * @throws InvalidArgumentError that names the option, what was given and what is expected; for a client that is hardened already
 */
export function hardenRedis<Client extends NodeRedisClient>(client: Client, options: HardenRedisOptions): Client {
  // What createClient gives inherits from the client proper, which is what all commands go through.
  const proper = (client as { readonly _self?: NodeRedisClient })?._self ?? client;
  assertOfOneServer(proper);
  assertHardenRedisOptions(proper, options, 'hardenRedis');
  const { bridge, operation = 'redis.command' } = options;
  const send = proper.sendCommand as unknown as SendCommand;
  // EXEC goes another way, so what is watched is not known.
  const watch = new CommandWatch();
  willAskAbout(operation);
  const sendCommand: SendCommand = function (args, commandOptions) {
    const name = String(args[0]).toUpperCase();
    const kind = kindOf(name, args.slice(1));
    if (watch.follow(name) === 'transaction' || kind === 'session') return send.call(this, args, commandOptions);
    const authority = authorityOver(operation, 'redis');
    if (authority === 'none') return send.call(this, args, commandOptions);
    return bridge.run(
      operation,
      ({ signal }) => {
        const own = commandOptions?.abortSignal;
        const abortSignal = own === undefined ? signal : AbortSignal.any([own, signal]);
        return runAsAttempt('redis', () => send.call(this, args, { ...commandOptions, abortSignal }));
      },
      runOptionsOf(options, kind, authority),
    );
  };
  Object.defineProperty(proper, 'sendCommand', { value: sendCommand, configurable: true, writable: true });
  return client;
}

function assertOfOneServer(client: unknown): void {
  if (typeof client !== 'object' || client === null) return;
  const [, maker] = OF_SEVERAL.find(([member]) => member in client) ?? [];
  if (maker === undefined) return;
  const ways = 'give commands to bridge.run, or use ioredis, whose Cluster and Sentinel clients hardenIORedis takes';
  throw new InvalidArgumentError(
    `The first argument of hardenRedis must be a client of one server (createClient), got what ${maker} makes, whose commands go past it: ${ways}`,
  );
}
