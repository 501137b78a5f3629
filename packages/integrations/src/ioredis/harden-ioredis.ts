import { kindOf, MultiWatch } from '../redis/commands.ts';
import { assertHardenRedisOptions, type HardenRedisOptions, runOptionsOf } from '../redis/options.ts';
import type { IORedisClient, IORedisCommand, IORedisDriver } from './driver.ts';
import { Wire } from './wire.ts';

/**
 * Puts a client of ioredis under the policies of an operation, for good, and returns it: every command is a call, whoever holds the client.
 * Clients that it duplicates, and those of a Cluster, are not hardened.
 *
 * - A command is repeated when it certainly did not happen (the server is loading, has lost its master …), and after a lost reply only if it
 *   changes nothing: an INCR whose reply is lost is executed once. ioredis itself sends again everything that it got no reply to, pipelines and
 *   transactions included (`autoResendUnfulfilledCommands`): a hardened client does not, and says "Connection is closed." instead.
 * - While it reconnects, ioredis keeps commands in its queue, as many times as `maxRetriesPerRequest` allows: the attempt timeout and the deadline
 *   bound that too, and a command that is given up in the queue is never sent.
 * - Pipelines, `multi`, WATCH, blocking commands, subscriptions and commands about the connection pass without policies.
 * - Commands keep their order. One that is repeated comes after those that were sent in the meantime.
 *
 * @throws InvalidArgumentError that names the option, what was given and what is expected; for a client that is hardened already
 */
export function hardenIORedis<Client extends IORedisClient>(client: Client, options: HardenRedisOptions): Client {
  assertHardenRedisOptions(client, options, 'hardenIORedis');
  const { bridge, operation = 'redis.command' } = options;
  const driver = client as unknown as IORedisDriver;
  const wire = new Wire(driver);
  const multi = new MultiWatch();
  const sendCommand = (command: IORedisCommand, stream?: unknown): Promise<unknown> => {
    if (wire.knows(command)) return wire.sendAgain(command, stream);
    const name = command.name.toUpperCase();
    const kind = kindOf(name, command.args);
    const inMulti = stream === undefined && multi.follow(name);
    const { resolve, reject } = command;
    if (stream !== undefined || inMulti || kind === 'session' || driver.status === 'connect') {
      return watched(wire, command, stream);
    }
    const call = bridge.run(operation, ({ signal }) => attempt(wire, command, signal), runOptionsOf(options, kind));
    // The command settles as ioredis would have settled it: with its own conversion of the reply, and its own callback.
    call.then(
      (reply) => resolve.call(command, reply),
      (error: Error) => reject.call(command, error),
    );
    return command.promise;
  };
  Object.defineProperty(client, 'sendCommand', { value: sendCommand, configurable: true, writable: true });
  return client;
}

/** Sends the command; what the client answers to it, before it is converted. */
function attempt(wire: Wire, command: IORedisCommand, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      command._clearTimers?.();
      signal.removeEventListener('abort', abort);
      wire.settled(command);
    };
    const abort = (): void => {
      wire.drop(command);
      reject(signal.reason);
    };
    command.resolve = (reply) => {
      end();
      resolve(reply);
    };
    command.reject = (error) => {
      end();
      reject(error);
    };
    signal.addEventListener('abort', abort, { once: true });
    wire.send(command, undefined).catch(() => {});
  });
}

/** Sends a command without policies. */
function watched(wire: Wire, command: IORedisCommand, stream: unknown): Promise<unknown> {
  const { resolve, reject } = command;
  command.resolve = (reply) => {
    wire.settled(command);
    return resolve.call(command, reply);
  };
  command.reject = (error) => {
    wire.settled(command);
    reject.call(command, error);
  };
  return wire.send(command, stream);
}
