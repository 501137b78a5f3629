import type { Clock, Timer } from '../clock.ts';
import type { AttemptContext } from '../pipeline/attempt.ts';
import { TokenBucket } from '../rate-limit/token-bucket.ts';
import { errorOf, type Fate, fateOf, httpError } from './fate.ts';
import type { UpstreamReport } from './report.ts';
import type { UpstreamLoad } from './workload.ts';

/** An attempt at an upstream: it waits, is served, and leaves. */
interface Visit {
  readonly fate: Fate;
  readonly answer: (error: Error | undefined) => void;
  timer: Timer | undefined;
}

/** What answers the attempts of one target. */
export class Upstream {
  readonly #load: UpstreamLoad;
  readonly #stream: readonly (string | number)[];
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #quota: TokenBucket | undefined;
  readonly #waiting = new Set<Visit>();
  readonly #counts = { peakConcurrency: 0, peakQueue: 0, overQuota: 0, shed: 0, abandoned: 0 };
  #serving = 0;

  /** @param stream names the source of its luck */
  constructor(load: UpstreamLoad, clock: Clock, ...stream: readonly (string | number)[]) {
    const { quota } = load;
    this.#load = load;
    this.#stream = stream;
    this.#clock = clock;
    this.#startedAtMs = clock.now();
    this.#quota =
      quota === undefined ? undefined : new TokenBucket(quota.capacity, quota.capacity / quota.windowSeconds, clock);
  }

  get report(): UpstreamReport {
    return { ...this.#counts };
  }

  /** Answers an attempt of the call with that id. */
  answer(call: string, { attempt, signal }: Pick<AttemptContext, 'attempt' | 'signal'>): Promise<void> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const atSeconds = (this.#clock.now() - this.#startedAtMs) / 1_000;
    const visit: Visit = {
      fate: fateOf(this.#load, atSeconds, ...this.#stream, call, attempt),
      answer: (error) => {
        signal.removeEventListener('abort', onAbort);
        if (error === undefined) resolve();
        else reject(error);
      },
      timer: undefined,
    };
    const onAbort = (): void => {
      this.#counts.abandoned += 1;
      this.#abandon(visit);
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#enter(visit);
    return promise;
  }

  #refusal(): Error | undefined {
    const decision = this.#quota?.take();
    if (decision?.admitted === false) {
      this.#counts.overQuota += 1;
      // Rounded up: who comes back at the time he was told is not refused again.
      return httpError(429, Math.ceil(decision.retryAfterMs) / 1_000);
    }
    if (!this.#busy || this.#waiting.size < (this.#load.queueLimit ?? Number.POSITIVE_INFINITY)) return undefined;
    this.#counts.shed += 1;
    return httpError(503);
  }

  get #busy(): boolean {
    return this.#serving >= (this.#load.concurrencyLimit ?? Number.POSITIVE_INFINITY);
  }

  #enter(visit: Visit): void {
    if (!this.#busy) {
      this.#serve(visit);
      return;
    }
    this.#waiting.add(visit);
    this.#counts.peakQueue = Math.max(this.#counts.peakQueue, this.#waiting.size);
  }

  #serve(visit: Visit): void {
    const { failure, latencyMs } = visit.fate;
    this.#serving += 1;
    this.#counts.peakConcurrency = Math.max(this.#counts.peakConcurrency, this.#serving);
    if (failure?.hang === true) return;
    visit.timer = this.#clock.setTimeout(() => {
      this.#free();
      visit.answer(failure === undefined ? undefined : errorOf(failure));
    }, latencyMs);
  }

  /** What hangs hears nothing but the end of its connection. */
  #abandon(visit: Visit): void {
    if (this.#load.stopsOnAbort !== true && visit.fate.failure?.hang !== true) return;
    if (visit.timer !== undefined) this.#clock.clearTimeout(visit.timer);
    if (!this.#waiting.delete(visit)) this.#free();
  }

  #free(): void {
    this.#serving -= 1;
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.#serve(next);
  }
}
