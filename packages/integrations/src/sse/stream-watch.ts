import { type Channel, channel } from 'node:diagnostics_channel';
import { systemClock } from '@crossbridge/core';
import type { GuardLimits } from './guarded-reader.ts';
import type { StreamEnded } from './hold-back.ts';
import type { FirstContent, StreamEnd, StreamOptions } from './stream-options.ts';

/** Longest time without a byte where the options say nothing. Models that think in silence take a minute, and more. */
const DEFAULT_STALL_MS = 120_000;

/** Longest time with nothing but keep-alives where the options say nothing. */
const DEFAULT_SILENCE_MS = 300_000;

/** Told of every {@link FirstContent} and {@link StreamEnd} in the process, for telemetry that does not know which clients are hardened. */
const firstContents = channel('crossbridge:stream.first_content');
const ends = channel('crossbridge:stream.end');

/** Guards the stream of one attempt. */
export type Guard<T> = (limits: GuardLimits, ended: StreamEnded) => Promise<T>;

/** The streams of one call: times them, and tells of the one that the application is given. */
export class StreamWatch<T extends object> {
  readonly #operation: string;
  readonly #options: StreamOptions;
  readonly #startedAtMs: number = systemClock.now();
  readonly #firsts = new Map<T, FirstContent>();
  #given: T | undefined;

  constructor(operation: string, options: StreamOptions) {
    this.#operation = operation;
    this.#options = options;
  }

  /** Begins an attempt; the function returned has its stream guarded and returns the guarded one. */
  attempt(attempt: number, signal: AbortSignal): (guard: Guard<T>) => Promise<T> {
    const attemptedAtMs = systemClock.now();
    const { stallMs = DEFAULT_STALL_MS, silenceMs = DEFAULT_SILENCE_MS } = this.#options;
    const operation = this.#operation;
    return async (guard) => {
      let guarded: T | undefined;
      const limits = { operation, stallMs, silenceMs, signal, clock: systemClock };
      guarded = await guard(limits, (end, usage, model) => {
        if (guarded === undefined || guarded !== this.#given) return;
        const afterMs = systemClock.now() - this.#startedAtMs;
        tell(ends, this.#options.onEnd, { operation, end, afterMs, usage, model });
      });
      const nowMs = systemClock.now();
      const times = { afterMs: nowMs - this.#startedAtMs, attemptMs: nowMs - attemptedAtMs };
      this.#firsts.set(guarded, { operation, attempt, ...times });
      return guarded;
    };
  }

  /** The application is given this one. */
  give(guarded: T): void {
    const first = this.#firsts.get(guarded);
    if (first === undefined) return;
    this.#given = guarded;
    tell(firstContents, this.#options.onFirstContent, first);
  }
}

function tell<F>(everyone: Channel, listener: ((fact: F) => void) | undefined, fact: F): void {
  if (everyone.hasSubscribers) everyone.publish(fact);
  try {
    listener?.(fact);
  } catch {
    // Who looks on must not change what happens.
  }
}
