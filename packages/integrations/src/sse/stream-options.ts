import { assertOptions, optionNames, refuseOption } from '@crossbridge/core';
import type { TokenUsage } from './usage.ts';

/** That the answer of a stream has begun. */
export interface FirstContent {
  readonly operation: string;
  /** The attempt whose answer it is; those before it were never seen. */
  readonly attempt: number;
  /** Milliseconds from the application's request to the first content: limits, queues and earlier attempts included, the wait for `tokens` not. */
  readonly afterMs: number;
  /** Milliseconds from the request of this attempt to the first content: the provider's own time. */
  readonly attemptMs: number;
}

/** How a stream ended that the application was given. */
export interface StreamEnd {
  readonly operation: string;
  /** `failed`: the provider said so in the stream. `cancelled`: the application did not want the rest. */
  readonly end: 'complete' | 'failed' | 'truncated' | 'stalled' | 'cancelled';
  /** Milliseconds from the application's request to the end. */
  readonly afterMs: number;
  /** Tokens, where the provider has told them. */
  readonly usage: TokenUsage | undefined;
  /** The model, as the provider named it in the stream. */
  readonly model?: string | undefined;
}

/** How streamed answers (`text/event-stream`) are guarded. */
export interface StreamOptions {
  /**
   * Which of them are: those of AI providers (`auto`: requests of an AI SDK, or to the paths at which such providers generate), every one, or none.
   * Default `auto`.
   */
  readonly guard?: 'auto' | boolean;
  /** Longest time, in milliseconds, without a single byte while the application waits for one. Default 120,000. */
  readonly stallMs?: number;
  /** Longest time, in milliseconds, with nothing but keep-alives (comments, pings). Default 300,000. */
  readonly silenceMs?: number;
  /** Told once for each stream that the application is given. Whatever it throws is ignored. */
  readonly onFirstContent?: (first: FirstContent) => void;
  /** Told once for each stream that the application is given, when it is over. Whatever it throws is ignored. */
  readonly onEnd?: (end: StreamEnd) => void;
}

const NAMES = optionNames<StreamOptions>({
  guard: true,
  stallMs: true,
  silenceMs: true,
  onFirstContent: true,
  onEnd: true,
});

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertStreamOptions(options: StreamOptions | undefined, whose: string): void {
  if (options === undefined) return;
  assertOptions(options, NAMES, `streams of ${whose}`);
  const { guard } = options;
  if (guard !== undefined && guard !== 'auto' && typeof guard !== 'boolean') {
    refuseOption('streams.guard', whose, 'true, false or "auto"', guard);
  }
  for (const name of ['stallMs', 'silenceMs'] as const) {
    const value: unknown = options[name];
    if (value === undefined || (typeof value === 'number' && value > 0)) continue;
    refuseOption(`streams.${name}`, whose, 'a number above 0', value);
  }
  for (const name of ['onFirstContent', 'onEnd'] as const) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== 'function') refuseOption(`streams.${name}`, whose, 'a function', value);
  }
}
