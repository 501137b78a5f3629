import type { SharedStoreClient, StoreCommand } from '@crossbridge/core';
import type { BucketRequest } from '../../../../packages/core/src/rate-limit/shared/bucket-request.ts';
import type { VirtualClock } from '../../../support/virtual-clock.ts';
import { StoreModel } from './bucket-model.ts';

/** What the modelled store does with questions. */
export type StoreMood = 'well' | 'hangs' | 'fails';

/** A modelled store in virtual time, some way off, and a client for each process. */
export class ModelStore {
  readonly store: StoreModel = new StoreModel();
  mood: StoreMood = 'well';
  /** There and back. */
  roundTripMs = 1;
  calls = 0;
  /** Commands that came together, time by time. */
  readonly batches: number[] = [];
  knowsScript = false;
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  client(): SharedStoreClient {
    return {
      send: (commands) => {
        this.batches.push(commands.length);
        return commands.map((command) => this.#run(command));
      },
    };
  }

  async #run({ words }: StoreCommand): Promise<unknown> {
    this.calls += 1;
    await this.#pass(this.roundTripMs / 2);
    if (this.mood === 'hangs') return new Promise(() => {});
    if (this.mood === 'fails') throw new Error('READONLY You cannot write against a read only replica.');
    if (words[0] === 'EVALSHA' && !this.knowsScript) throw new Error('NOSCRIPT No matching script.');
    this.knowsScript = true;
    const { requests, count } = parsed(words);
    const answer = this.store.run(requests, count, Math.round(this.#clock.now() * 1000));
    await this.#pass(this.roundTripMs / 2);
    const buckets = answer.buckets.flatMap(({ extra, free, leased, leaseUs, waitUs }) => [
      extra,
      `${free}`,
      leased,
      leaseUs,
      waitUs,
    ]);
    return [answer.passed, answer.atUs, ...buckets];
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimeout(resolve, ms);
    });
  }
}

function parsed(words: readonly string[]): { requests: BucketRequest[]; count: number } {
  const keys = words.slice(3, 3 + Number(words[2]));
  const [stride = 0, ...numbers] = words.slice(3 + keys.length).map(Number);
  let count = 0;
  const requests = keys.map((storeKey, at): BucketRequest => {
    const own = numbers.slice(at * stride, (at + 1) * stride);
    const of = (index: number): number => own[index] ?? 0;
    count = of(4);
    return {
      storeKey,
      capacity: of(0),
      tokensPerUs: of(1),
      need: of(2),
      charge: of(3),
      extra: of(5),
      leaseUs: of(6),
      report: of(7) > 0 ? { endUs: of(7), baseUs: of(8), spent: of(9), back: of(10) } : undefined,
      hint: stride === 14 && of(12) >= 0 ? { free: of(11), leased: of(12), leasedUs: of(13) } : undefined,
    };
  });
  return { requests, count };
}
