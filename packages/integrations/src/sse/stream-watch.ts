import { type Channel, channel } from 'node:diagnostics_channel';
import { systemClock } from '@crossbridge/core';
import { guardStream, isEventStream } from './guard-stream.ts';
import type { FirstContent, StreamEnd, StreamOptions } from './stream-options.ts';

/** Longest time without a byte where the options say nothing. Models that think in silence take a minute, and more. */
const DEFAULT_STALL_MS = 120_000;

/** Longest time with nothing but keep-alives where the options say nothing. */
const DEFAULT_SILENCE_MS = 300_000;

/** Told of every {@link FirstContent} and {@link StreamEnd} in the process, for telemetry that does not know which clients are hardened. */
const firstContents = channel('crossbridge:stream.first_content');
const ends = channel('crossbridge:stream.end');

/** The streams of one call: guards that of each attempt, and tells of the one that the application is given. */
export class StreamWatch {
  readonly #operation: string;
  readonly #options: StreamOptions;
  readonly #guards: boolean;
  readonly #startedAtMs: number = systemClock.now();
  readonly #firsts = new Map<Response, FirstContent>();
  #given: Response | undefined;

  /** @param isAi whether the request goes to an AI provider */
  constructor(operation: string, options: StreamOptions, isAi: boolean) {
    this.#operation = operation;
    this.#options = options;
    const { guard = 'auto' } = options;
    this.#guards = guard === 'auto' ? isAi : guard;
  }

  /** Begins an attempt; the function returned guards its response when it is a stream, and returns any other as it is. */
  attempt(attempt: number, signal: AbortSignal): (response: Response) => Promise<Response> {
    const attemptedAtMs = systemClock.now();
    const { stallMs = DEFAULT_STALL_MS, silenceMs = DEFAULT_SILENCE_MS } = this.#options;
    const operation = this.#operation;
    return async (response) => {
      if (!this.#guards || !isEventStream(response)) return response;
      let guarded: Response | undefined;
      const limits = { operation, stallMs, silenceMs, signal, clock: systemClock };
      guarded = await guardStream(response, limits, (end, usage) => {
        if (guarded === undefined || guarded !== this.#given) return;
        const afterMs = systemClock.now() - this.#startedAtMs;
        tell(ends, this.#options.onEnd, { operation, end, afterMs, usage });
      });
      const nowMs = systemClock.now();
      const times = { afterMs: nowMs - this.#startedAtMs, attemptMs: nowMs - attemptedAtMs };
      this.#firsts.set(guarded, { operation, attempt, ...times });
      return guarded;
    };
  }

  /** The application is given this response. */
  give(response: Response): void {
    const first = this.#firsts.get(response);
    if (first === undefined) return;
    this.#given = response;
    tell(firstContents, this.#options.onFirstContent, first);
  }
}

function tell<T>(everyone: Channel, listener: ((fact: T) => void) | undefined, fact: T): void {
  if (everyone.hasSubscribers) everyone.publish(fact);
  try {
    listener?.(fact);
  } catch {
    // Who looks on must not change what happens.
  }
}
