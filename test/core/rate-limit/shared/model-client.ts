import type { SharedStoreClient, StoreCommand } from '@crossbridge/core';
import { scriptRequests } from '../../../../packages/core/src/simulate/shared/script-words.ts';
import { StoreModel } from '../../../../packages/core/src/simulate/shared/store-model.ts';
import type { VirtualClock } from '../../../support/virtual-clock.ts';

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
    const { requests, count } = scriptRequests(words);
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
