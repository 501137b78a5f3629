import { willAskAbout } from '@crossbridge/core';
import { assertHardenRedisOptions, type HardenRedisOptions, runOptionsOf } from '../redis/options.ts';
import { followNodes } from './cluster-node.ts';
import type { IORedisClient, IORedisCommand, IORedisDriver, Send } from './driver.ts';
import { markHardened } from './hardened-mark.ts';
import { type CommandRules, sendCommand } from './send-command.ts';

/**
 * Puts a client of ioredis, for one server or for a Cluster, under the policies of an operation, for good, and returns it: every command is a
 * call, whoever holds the client. Clients that it duplicates are not hardened.
 *
 * - A command is repeated when it certainly did not happen (the server is loading, has lost its master …), and after a lost reply only if it
 *   changes nothing: an INCR whose reply is lost is executed once. ioredis itself sends again everything that it got no reply to, pipelines and
 *   transactions included (`autoResendUnfulfilledCommands`; a Cluster, too): a hardened client does not, and says that the connection is closed.
 * - While it reconnects, ioredis keeps commands in its queue, as many times as `maxRetriesPerRequest` allows: the attempt timeout and the deadline
 *   bound that too, and a command that is given up in the queue is never sent.
 * - Pipelines (those of `enableAutoPipelining`, too), `multi`, blocking commands, subscriptions and commands about the connection pass without
 *   policies. Between WATCH and EXEC nothing is repeated: on a new connection nothing is watched.
 * - A Cluster follows its redirections (MOVED, ASK) inside an attempt.
 * - Commands keep their order, those that pass included. One that is repeated comes after those that were sent in the meantime.
 *
 * @throws InvalidArgumentError that names the option, what was given and what is expected; for a client that is hardened already
 */
export function hardenIORedis<Client extends IORedisClient>(client: Client, options: HardenRedisOptions): Client {
  assertHardenRedisOptions(client, options, 'hardenIORedis');
  const { bridge, operation = 'redis.command' } = options;
  willAskAbout(operation);
  const driver = client as unknown as IORedisDriver;
  const rules: CommandRules = {
    bridge,
    operation: () => operation,
    runOptions: (kind, authority) => runOptionsOf(options, kind, authority),
  };
  const original = driver.sendCommand;
  const send: Send = (command, where) => original.call(driver, command, ...where);
  const own = (command: IORedisCommand, ...where: unknown[]): Promise<unknown> =>
    sendCommand(driver, rules, send, command, where);
  Object.defineProperty(client, 'sendCommand', { value: own, configurable: true, writable: true });
  markHardened(client);
  if (driver.isCluster === true) followNodes(driver);
  return client;
}
