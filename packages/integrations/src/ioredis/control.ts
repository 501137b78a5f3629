import type { IORedisCommand, IORedisDriver, Send } from './driver.ts';
import { isHardened } from './hardened-mark.ts';
import { type CommandRules, sendCommand } from './send-command.ts';

/**
 * What is to be done in the place of `sendCommand` of the classes of ioredis, that of a client for one server and that of a Cluster, so that all
 * their instances are hardened as `hardenIORedis` hardens one. Clients that were hardened by hand are left alone.
 *
 * @returns a function of the client, the arguments and what would have been called
 */
export function controlIORedis(
  rules: CommandRules,
): (self: unknown, args: unknown[], below: (self: unknown, args: unknown[]) => unknown) => unknown {
  return (self, args, below) => {
    const client = self as IORedisDriver;
    const [command, ...where] = args as [IORedisCommand, ...unknown[]];
    if (isHardened(client) || typeof command?.resolve !== 'function') return below(self, args);
    const send: Send = (one, place) => below(self, [one, ...place]) as Promise<unknown>;
    return sendCommand(client, rules, send, command, where);
  };
}
