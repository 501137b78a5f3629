import { assertOptions, type OptionNames, optionNames, refuseOption, willAskAbout } from '@crossbridge/core';
import {
  assertHardenDatabaseOptions,
  type DatabaseCallOptions,
  type HardenDatabaseOptions,
} from '../sql/call-options.ts';
import { overridden } from '../sql/proxy.ts';
import { type ClientHost, queryHeld } from './client-query.ts';
import { isSubmittable, type PgCallback, type PgClient, type PgDriverClient } from './driver.ts';
import { queueOf } from './statement-queue.ts';
import { callBack } from './transaction-client.ts';

/** A lost reply is the end of the connection, so `idempotent` has no meaning here. */
export type PgClientCallOptions = Omit<DatabaseCallOptions, 'idempotent'>;

export type HardenPgClientOptions = Omit<HardenDatabaseOptions, 'idempotent'>;

/** What a hardened client has beyond the client. */
export interface HardenedPgClient<Client> {
  /** The same client, whose calls are made with these options in place of those given before. */
  with(options: PgClientCallOptions): Client & HardenedPgClient<Client>;
}

const WHOSE = 'hardenPgClient';

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
  return viewOf<Client>({ client: driver, queue: queueOf(driver), bridge, operation, call });
}

function viewOf<Client>(host: ClientHost): Client & HardenedPgClient<Client> {
  const { client, queue } = host;
  const members = {
    query(config: unknown, values?: unknown, callback?: unknown): unknown {
      const askAsIs = (): unknown => Reflect.apply(client.query, client, [config, values, callback]);
      const plain = config != null && typeof config !== 'function' && client.pipeline !== true;
      if (!plain || (isSubmittable(config) && queue.idle)) return askAsIs();
      if (isSubmittable(config)) {
        void queue.run(async () => askAsIs());
        return config;
      }
      const done = (typeof values === 'function' ? values : callback) as PgCallback | undefined;
      const answer = queryHeld(host, config, typeof values === 'function' ? undefined : values);
      return done === undefined ? answer : callBack(answer, done);
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
