import {
  type Authority,
  assertOptions,
  type OptionNames,
  optionNames,
  type RunOptions,
  refuseOption,
} from '@crossbridge/core';
import {
  assertHardenDatabaseOptions,
  DATABASE_CALL_OPTIONS,
  type DatabaseCallOptions,
  type HardenDatabaseOptions,
} from '../sql/call-options.ts';
import type { CommandKind } from './commands.ts';

/** How a client of Redis is hardened. `operation` is `redis.command` by default. */
export interface HardenRedisOptions extends Omit<HardenDatabaseOptions, 'idempotent'> {
  /**
   * Which commands may be repeated when their reply is lost. Default `reads`: those that change nothing. A write is not, not even SET: another
   * one may have come between. False: none. True: all.
   */
  readonly idempotent?: boolean | 'reads' | undefined;
}

const NAMES: OptionNames = new Set([
  ...DATABASE_CALL_OPTIONS,
  ...optionNames<Omit<HardenRedisOptions, keyof DatabaseCallOptions>>({ bridge: true, operation: true }),
]);

const hardened = new WeakSet<object>();

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertHardenRedisOptions(client: unknown, options: HardenRedisOptions, whose: string): void {
  const { sendCommand } = (client ?? {}) as { readonly sendCommand?: unknown };
  if (typeof client !== 'object' || client === null || typeof sendCommand !== 'function') {
    throw refuseOption('The first argument', whose, 'a client of Redis', client);
  }
  assertOptions(options, NAMES, whose);
  assertHardenDatabaseOptions(options, whose);
  if (hardened.has(client)) refuseOption('The first argument', whose, 'a client that is not hardened yet', client);
  hardened.add(client);
}

export function runOptionsOf(
  options: HardenRedisOptions,
  kind: CommandKind,
  authority: Authority = 'full',
): RunOptions {
  const { key, signal, deadlineMs, idempotent = 'reads' } = options;
  const mayRunTwice = idempotent === 'reads' ? kind === 'read' : idempotent;
  return { key, signal, deadlineMs, idempotent: mayRunTwice, nested: authority === 'once' };
}
