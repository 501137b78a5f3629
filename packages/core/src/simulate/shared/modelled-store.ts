import type { Clock } from '../../clock.ts';
import type { BucketRequest, StoreAnswer } from '../../rate-limit/shared/bucket-request.ts';
import type { SharedStoreClient, StoreCommand } from '../../rate-limit/shared/store-client.ts';
import { scriptRequests } from './script-words.ts';
import { StoreModel } from './store-model.ts';

/** Commands after which buckets that have expired are forgotten. */
const SWEEP_EVERY = 50_000;

/** A modelled store, some way off, that any number of processes have a client for. */
export class ModelledStore {
  readonly #model = new StoreModel();
  readonly #clock: Clock;
  readonly #oneWayMs: number;
  readonly #onTaken: (storeKey: string, tokens: number) => void;
  /** Commands so far. */
  calls = 0;

  /**
   * @param roundTripMs there and back
   * @param onTaken is told of tokens that count as spent at once, when they are taken
   */
  constructor(clock: Clock, roundTripMs: number, onTaken: (storeKey: string, tokens: number) => void) {
    this.#clock = clock;
    this.#oneWayMs = roundTripMs / 2;
    this.#onTaken = onTaken;
  }

  client(): SharedStoreClient {
    return { send: (commands) => this.#send(commands) };
  }

  #send(commands: readonly StoreCommand[]): readonly Promise<unknown>[] {
    const settle: ((reply: unknown) => void)[] = [];
    const replies = commands.map(
      () =>
        new Promise<unknown>((resolve) => {
          settle.push(resolve);
        }),
    );
    this.#clock.setTimeout(() => {
      const answers = commands.map((command) => this.#run(command));
      this.#clock.setTimeout(() => {
        for (const [at, answer] of answers.entries()) settle[at]?.(answer);
      }, this.#oneWayMs);
    }, this.#oneWayMs);
    return replies;
  }

  #run({ words }: StoreCommand): readonly (number | string)[] {
    this.calls += 1;
    const { requests, count } = scriptRequests(words);
    const nowUs = Math.round(this.#clock.now() * 1000) + 1;
    if (this.calls % SWEEP_EVERY === 0) this.#sweep(nowUs);
    const answer = this.#model.run(requests, count, nowUs);
    for (const request of requests) this.#tell(request, answer.passed);
    return replyOf(answer);
  }

  #tell({ storeKey, charge, leaseUs }: BucketRequest, passed: number): void {
    if (leaseUs === 0 && charge > 0 && passed > 0) this.#onTaken(storeKey, passed * charge);
  }

  #sweep(nowUs: number): void {
    for (const [key, { expiresUs }] of this.#model.buckets) if (expiresUs <= nowUs) this.#model.buckets.delete(key);
  }
}

/** As the script answers. */
function replyOf({ passed, atUs, buckets }: StoreAnswer): readonly (number | string)[] {
  return [
    passed,
    atUs,
    ...buckets.flatMap(({ extra, free, leased, leaseUs, waitUs }) => [extra, `${free}`, leased, leaseUs, waitUs]),
  ];
}
