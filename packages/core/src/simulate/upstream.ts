import type { Clock } from '../clock.ts';
import type { AttemptContext } from '../pipeline/attempt.ts';
import { normal, streamOf } from './random.ts';
import type { FailureWindow, LatencyMs, OperationLoad } from './workload.ts';

/** The 95th percentile of the standard normal distribution. */
const Z95 = 1.6448536269514722;

interface Fate {
  readonly latencyMs: number;
  readonly failure: FailureWindow | undefined;
}

/**
 * What answers the attempts of one load. An attempt that is aborted leaves at once, whether it is served or waits.
 *
 * The fate of an attempt depends on the seed, its call and its number alone: two configs that are tried on the same workload meet
 * the same luck, so that what differs between them is their doing.
 */
export class Upstream {
  readonly #load: OperationLoad;
  readonly #seed: number;
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #waiting = new Set<() => void>();
  #serving = 0;
  peakConcurrency = 0;
  peakQueue = 0;

  constructor(load: OperationLoad, seed: number, clock: Clock) {
    this.#load = load;
    this.#seed = seed;
    this.#clock = clock;
    this.#startedAtMs = clock.now();
  }

  /** Answers an attempt of the call with that index. */
  answer(call: number, { attempt, signal }: AttemptContext): Promise<void> {
    const fate = this.#fateOf(call, attempt);
    return new Promise((resolve, reject) => {
      let timer: unknown;
      let served = false;
      const leave = (): void => {
        signal.removeEventListener('abort', onAbort);
        if (timer !== undefined) this.#clock.clearTimeout(timer);
        this.#waiting.delete(serve);
        if (served) this.#free();
      };
      const onAbort = (): void => {
        leave();
        reject(signal.reason);
      };
      const serve = (): void => {
        served = true;
        this.#serving += 1;
        this.peakConcurrency = Math.max(this.peakConcurrency, this.#serving);
        if (fate.failure?.hang === true) return;
        timer = this.#clock.setTimeout(() => {
          leave();
          if (fate.failure === undefined) resolve();
          else reject(errorOf(fate.failure));
        }, fate.latencyMs);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      if (this.#serving < (this.#load.concurrencyLimit ?? Number.POSITIVE_INFINITY)) serve();
      else {
        this.#waiting.add(serve);
        this.peakQueue = Math.max(this.peakQueue, this.#waiting.size);
      }
    });
  }

  #free(): void {
    this.#serving -= 1;
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    next();
  }

  #fateOf(call: number, attempt: number): Fate {
    const { operation, latencyMs, failures = [] } = this.#load;
    const random = streamOf(this.#seed, operation, call, attempt);
    const drawn = latencyOf(latencyMs, () => normal(random));
    const atSeconds = (this.#clock.now() - this.#startedAtMs) / 1_000;
    const failure = failures.find(({ fromSeconds = 0, toSeconds = Number.POSITIVE_INFINITY, ratio = 1 }) => {
      const hit = random() < ratio;
      return hit && atSeconds >= fromSeconds && atSeconds < toSeconds;
    });
    return { latencyMs: drawn, failure };
  }
}

function latencyOf(latencyMs: LatencyMs, draw: () => number): number {
  if (typeof latencyMs === 'number') return latencyMs;
  const { p50, p95 } = latencyMs;
  return p50 * Math.exp((Math.log(p95 / p50) / Z95) * draw());
}

function errorOf({ status, code, retryAfterSeconds }: FailureWindow): Error {
  if (status === undefined) return Object.assign(new Error(`${code} (simulated)`), { code });
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return Object.assign(new Error(`HTTP ${status} (simulated)`), { status, headers });
}
