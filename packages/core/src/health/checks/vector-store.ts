import { HealthCheck } from '../check.ts';
import { HealthResult } from '../result.ts';
import { assertObject, methodOf, ownVerdict } from './method.ts';

const ACCESSIBLE = 'Store accessible';

/** Without a name, the methods that need none come first. */
const COLLECTIONS = ['get_collection', 'getCollections', 'listCollections', 'list_collections', 'getCollection'];
const COLLECTION = ['get_collection', 'getCollection'];

export interface VectorStoreCheckOptions {
  /** Name of a collection that must be there, given to `get_collection` or `getCollection`. */
  readonly collection?: string | undefined;
}

/**
 * Asks a vector store by the first it has of `ping`, its health check (`health_check`, `healthCheck`, `heartbeat`), and reading its
 * collections. An answer is enough, except that a health check of its own may say `false` or a status. A store that has none of them
 * cannot be asked: `unknown`.
 */
export class VectorStoreHealthCheck extends HealthCheck {
  readonly #store: object;
  readonly #collection: string | undefined;

  /** @throws InvalidArgumentError when `store` is no object */
  constructor(name: string, store: object, { collection }: VectorStoreCheckOptions = {}) {
    super(name);
    assertObject(name, store);
    this.#store = store;
    this.#collection = collection;
  }

  override check(): Promise<HealthResult> {
    return this.measure(() => this.#ask());
  }

  async #ask(): Promise<HealthResult> {
    const ping = methodOf(this.#store, ['ping']);
    if (ping !== undefined) {
      await ping();
      return new HealthResult({ status: 'healthy', message: ACCESSIBLE });
    }
    const own = methodOf(this.#store, ['health_check', 'healthCheck', 'heartbeat']);
    if (own !== undefined) return ownVerdict(await own(), ACCESSIBLE);
    const read = methodOf(this.#store, this.#collection === undefined ? COLLECTIONS : COLLECTION);
    if (read === undefined) {
      const message = `Nothing to ask: the store has neither ping, health_check nor get_collection; register a function, or link the check to an operation (option 'operation')`;
      return new HealthResult({ status: 'unknown', message });
    }
    await (this.#collection === undefined ? read() : read(this.#collection));
    return new HealthResult({ status: 'healthy', message: ACCESSIBLE });
  }
}
