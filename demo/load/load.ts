import { setTimeout as sleep } from 'node:timers/promises';
import { arrivals, ENDPOINTS, type Endpoint } from './arrivals.ts';
import { type Ending, type EndpointResult, Tally } from './tally.ts';

const MAX_IN_FLIGHT = 1_000;
const REQUEST_TIMEOUT_MS = 15_000;

export interface LoadOptions {
  /** Base URL of the service. */
  readonly target: string;
  readonly seed: number;
  /** Requests per second, all endpoints together. */
  readonly rate: number;
}

export interface LoadResult {
  readonly endpoints: ReadonlyMap<Endpoint, EndpointResult>;
  /** Requests that were not sent because too many were unanswered already. */
  readonly skipped: number;
}

/**
 * An open-loop load: requests are sent when they are due, however slowly the service answers, so that waiting is seen as latency
 * and not as less load. At most 1,000 are unanswered at once.
 */
export class Load {
  readonly #options: LoadOptions;
  readonly #tallies: ReadonlyMap<Endpoint, Tally> = new Map(ENDPOINTS.map((endpoint) => [endpoint, new Tally()]));
  readonly #inFlight = new Set<Promise<void>>();
  #skipped = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  /** Sends requests until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const startedAtMs = performance.now();
    for (const { atMs, endpoint, path } of arrivals(this.#options.seed, this.#options.rate)) {
      const waitMs = startedAtMs + atMs - performance.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      this.#send(endpoint, path);
    }
  }

  /** Waits until every request sent so far was answered, or `timeoutMs` passed. */
  async drain(timeoutMs: number): Promise<void> {
    await Promise.race([Promise.all(this.#inFlight), sleep(timeoutMs, undefined, { ref: false })]);
  }

  read(): LoadResult {
    const endpoints = new Map([...this.#tallies].map(([endpoint, tally]) => [endpoint, tally.read()]));
    return { endpoints, skipped: this.#skipped };
  }

  #send(endpoint: Endpoint, path: string): void {
    if (this.#inFlight.size >= MAX_IN_FLIGHT) {
      this.#skipped += 1;
      return;
    }
    const sentAtMs = performance.now();
    const request = requestOnce(`${this.#options.target}${path}`).then((ending) => {
      this.#tallies.get(endpoint)?.record(ending, (performance.now() - sentAtMs) / 1_000);
      this.#inFlight.delete(request);
    });
    this.#inFlight.add(request);
  }
}

async function requestOnce(url: string): Promise<Ending> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 'broken';
  }
}
