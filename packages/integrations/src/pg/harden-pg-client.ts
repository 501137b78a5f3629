import {
  assertOptions,
  type OptionNames,
  optionNames,
  refuseOption,
  runAsAttempt,
  willAskAbout,
} from '@crossbridge/core';
import {
  assertHardenDatabaseOptions,
  type DatabaseCallOptions,
  type HardenDatabaseOptions,
} from '../sql/call-options.ts';
import { overridden } from '../sql/proxy.ts';
import { type ClientHost, callClientQuery } from './client-query.ts';
import type { PgClient, PgDriverClient } from './driver.ts';
import { queueOf } from './statement-queue.ts';

/** A lost reply is the end of the connection, so `idempotent` has no meaning here. */
export type PgClientCallOptions = Omit<DatabaseCallOptions, 'idempotent'>;

export type HardenPgClientOptions = Omit<HardenDatabaseOptions, 'idempotent'>;

/** What a hardened client has beyond the client. */
export interface HardenedPgClient<Client> {
  /** The same client, whose calls are made with these options in place of those given before. */
  with(options: PgClientCallOptions): Client & HardenedPgClient<Client>;
}

const WHOSE = 'hardenPgClient';

const heard = new WeakSet<PgDriverClient>();

const CALL: OptionNames = optionNames<PgClientCallOptions>({ key: true, signal: true, deadlineMs: true });

const NAMES: OptionNames = new Set([
  ...CALL,
  ...optionNames<Omit<HardenPgClientOptions, keyof DatabaseCallOptions>>({ bridge: true, operation: true }),
]);

/**
 * Puts a client of pg that belongs to no pool under the policies of an operation. Returns a view of it: class, events, fields and all other
 * methods are the client's own.
 *
 * - A statement outside of a transaction is one call. It is repeated when it was rolled back as a whole (deadlock, serialization failure);
 *   after a lost reply never, because the connection is lost as well.
 * - A transaction is let in at its BEGIN; what follows in it passes untouched, and nothing in it is repeated.
 * - So does what is about the connection itself: LISTEN, SET, RESET, DISCARD, DEALLOCATE, and giving advisory locks back.
 * - Statements keep their order, whatever the policies make one wait for. Cursors and other queries that run themselves pass untouched.
 *   So does everything in pg's pipeline mode.
 * - A statement that is given up (abort, timeout, deadline) is cancelled on the server; the next one waits until it has ended.
 * - A connection that breaks while nothing runs on it does not end the process.
 *
 * @throws InvalidArgumentError that names the option, what was given and what is expected
 */
export function hardenPgClient<Client extends PgClient>(
  client: Client,
  options: HardenPgClientOptions,
): Client & HardenedPgClient<Client> {
  const { query, connect } = (client ?? {}) as Partial<PgClient>;
  if (typeof query !== 'function' || typeof connect !== 'function') {
    refuseOption('The first argument', WHOSE, 'a Client of pg', client);
  }
  assertOptions(options, NAMES, WHOSE);
  assertHardenDatabaseOptions(options, WHOSE);
  const { bridge, operation = 'db.query', ...call } = options;
  willAskAbout(operation);
  const driver = client as unknown as PgDriverClient;
  if (!heard.has(driver)) {
    heard.add(driver);
    // A connection that breaks while nothing runs on it is an event, and one that nobody listens for ends the process.
    driver.on('error', () => {});
  }
  const send = (...args: unknown[]): unknown => asIs(driver, args);
  return viewOf<Client>({ client: driver, queue: queueOf(driver), send, bridge, operation, call });
}

function viewOf<Client>(host: ClientHost): Client & HardenedPgClient<Client> {
  const { client } = host;
  const members = {
    query(config: unknown, values?: unknown, callback?: unknown): unknown {
      const args = [config, values, callback];
      return callClientQuery(host, args, () => asIs(client, args));
    },
    connect(callback?: unknown): unknown {
      const connecting: unknown = Reflect.apply(client.connect, client, [callback]);
      return connecting instanceof Promise ? connecting.then(() => view) : connecting;
    },
    with(options: PgClientCallOptions): unknown {
      assertOptions(options, CALL, 'with');
      return viewOf({ ...host, call: { ...host.call, ...options } });
    },
  };
  const view: PgDriverClient = overridden(client, members);
  return view as unknown as Client & HardenedPgClient<Client>;
}

/** A client that is under policies by itself, too, passes it by. */
function asIs(client: PgDriverClient, args: readonly unknown[]): unknown {
  return runAsAttempt('sql', () => Reflect.apply(client.query, client, args));
}
