import type { Clock } from '../../clock.ts';
import { type BucketRequest, type StoreAnswer, scriptArguments, storeAnswer } from './bucket-request.ts';
import { BUCKET_SCRIPT } from './bucket-script.ts';
import type { SharedRateLimiterOptions } from './shared-options.ts';
import type { StoreBreaker } from './store-breaker.ts';
import type { SharedStoreClient, StoreCommand } from './store-client.ts';
import { isNoScript, isOfBucket, StoreUnavailable } from './store-errors.ts';

interface Question {
  readonly requests: readonly BucketRequest[];
  readonly count: number;
  readonly resolve: (answer: StoreAnswer) => void;
  readonly reject: (error: unknown) => void;
  settled: boolean;
  sentMs: number;
}

/** Asks the store: what is asked in one tick goes together, and is answered or given up within the budget, however the store fails. */
export class StoreLink {
  readonly #client: SharedStoreClient;
  readonly #breaker: StoreBreaker;
  readonly #clock: Clock;
  /** Milliseconds in which the store must answer. */
  readonly budgetMs: number;
  readonly #onAsked: SharedRateLimiterOptions['onAsked'];
  #batch: Question[] = [];
  /** Commands sent so far. */
  calls = 0;

  constructor(
    client: SharedStoreClient,
    breaker: StoreBreaker,
    clock: Clock,
    budgetMs: number,
    onAsked: SharedRateLimiterOptions['onAsked'],
  ) {
    this.#client = client;
    this.#breaker = breaker;
    this.#clock = clock;
    this.budgetMs = budgetMs;
    this.#onAsked = onAsked;
  }

  /** @throws StoreUnavailable when the store does not decide in time */
  ask(requests: readonly BucketRequest[], count: number): Promise<StoreAnswer> {
    if (!this.#breaker.enter()) return Promise.reject(new StoreUnavailable('open'));
    return new Promise((resolve, reject) => {
      this.#batch.push({ requests, count, resolve, reject, settled: false, sentMs: 0 });
      // After the promises that are settled now have gone on: they may ask, too.
      if (this.#batch.length === 1) process.nextTick(() => this.#flush());
    });
  }

  #flush(): void {
    const batch = this.#batch;
    this.#batch = [];
    const nowMs = this.#clock.now();
    for (const question of batch) question.sentMs = nowMs;
    const giveUp = (): void => {
      for (const question of batch) this.#fail(question, new StoreUnavailable('timeout'));
    };
    // Where this process itself was held up, answers may be here already, unread.
    const timer = this.#clock.setTimeout(() => setImmediate(giveUp), this.budgetMs);
    let open = batch.length;
    const done = (): void => {
      open -= 1;
      if (open === 0) this.#clock.clearTimeout(timer);
    };
    const replies = this.#send(batch, commandOf('EVALSHA', BUCKET_SCRIPT.sha));
    for (const [at, question] of batch.entries()) {
      const answer = (reply: unknown): void => {
        this.#answer(question, reply);
        done();
      };
      const fail = (error: unknown): void => {
        this.#fail(question, error);
        done();
      };
      const failOrLoad = (error: unknown): void => {
        if (!isNoScript(error) || question.settled) fail(error);
        else this.#send([question], commandOf('EVAL', BUCKET_SCRIPT.source))[0]?.then(answer, fail);
      };
      (replies[at] as Promise<unknown>).then(answer, failOrLoad);
    }
  }

  #send(batch: readonly Question[], command: (question: Question) => StoreCommand): readonly Promise<unknown>[] {
    this.calls += batch.length;
    try {
      return this.#client.send(batch.map(command));
    } catch (error) {
      return batch.map(() => Promise.reject(error));
    }
  }

  #answer(question: Question, reply: unknown): void {
    if (question.settled) return;
    let answer: StoreAnswer;
    try {
      answer = storeAnswer(reply, question.requests.length);
    } catch (error) {
      this.#fail(question, error);
      return;
    }
    question.settled = true;
    this.#breaker.settle(true);
    this.#onAsked?.('ok', this.#clock.now() - question.sentMs);
    question.resolve(answer);
  }

  #fail(question: Question, error: unknown): void {
    if (question.settled) return;
    question.settled = true;
    this.#breaker.settle(isOfBucket(error));
    const late = error instanceof StoreUnavailable;
    this.#onAsked?.(late ? 'timeout' : 'error', this.#clock.now() - question.sentMs);
    question.reject(late ? error : new StoreUnavailable('error', { cause: error }));
  }
}

function commandOf(command: string, script: string): (question: Question) => StoreCommand {
  return ({ requests, count }) => {
    const keys = requests.map(({ storeKey }) => storeKey);
    return {
      key: keys[0] ?? '',
      words: [command, script, `${keys.length}`, ...keys, ...scriptArguments(requests, count)],
    };
  };
}
