import { CommandWatch } from '../redis/command-watch.ts';
import type { IORedisDriver } from './driver.ts';
import { Line } from './line.ts';
import { CONNECTION_CLOSED, Wire } from './wire.ts';

/** What is known of a client whose commands are under policies. */
export class GovernedClient {
  readonly wire: Wire;
  readonly watch: CommandWatch = new CommandWatch();
  readonly line: Line = new Line();
  readonly #client: IORedisDriver;
  /** Whether ioredis has sent what it had to send first on this connection. */
  #settled: boolean;

  /** @param lost what those are told whose reply is lost */
  constructor(client: IORedisDriver, lost: () => Error) {
    this.#client = client;
    this.wire = new Wire(client, lost);
    this.#settled = client.status === 'ready';
    client.on('close', () => {
      this.#settled = false;
      this.watch.forget();
    });
    client.on('ready', () => {
      this.#settled = true;
    });
  }

  /** Whether ioredis is making the connection ready: what it sends for that must wait for nothing, and comes first. */
  get connecting(): boolean {
    const { status } = this.#client;
    return status === 'connect' || (status === 'ready' && !this.#settled);
  }
}

const clients = new WeakMap<IORedisDriver, GovernedClient>();
const nodes = new WeakMap<IORedisDriver, GovernedClient>();

/** That of the client, made when it is first asked for. */
export function governed(client: IORedisDriver): GovernedClient {
  return known(clients, client, () => new Error(CONNECTION_CLOSED));
}

/** That of the client, if it was ever asked for. */
export function governedBefore(client: IORedisDriver): GovernedClient | undefined {
  return clients.get(client);
}

/** For what a Cluster sends through the client of one of its servers. */
export function governedNode(node: IORedisDriver): GovernedClient {
  // A Cluster sends again what fails with exactly the words of ioredis.
  return known(nodes, node, () =>
    Object.assign(new Error('Connection is closed before the reply'), { code: 'ECONNRESET' }),
  );
}

function known(all: WeakMap<IORedisDriver, GovernedClient>, client: IORedisDriver, lost: () => Error): GovernedClient {
  let one = all.get(client);
  if (one === undefined) {
    one = new GovernedClient(client, lost);
    all.set(client, one);
  }
  return one;
}
