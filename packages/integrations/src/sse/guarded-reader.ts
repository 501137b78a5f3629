import { type Clock, StreamStalledError, StreamTruncatedError } from '@crossbridge/core';
import type { TokenUsage } from './usage.ts';

/** What a guard has to know of a streamed answer, whatever its pieces are. */
export interface Answer<T> {
  /** Whether any part of the answer itself has come. */
  readonly begun: boolean;
  /** Whether the answer has said that it is whole, or has failed. */
  readonly over: boolean;
  readonly failed: boolean;
  /** Whether the stream may end here. */
  readonly mayEnd: boolean;
  readonly usage: TokenUsage | undefined;
  /** The model that answers, where the answer has said so. */
  readonly model: string | undefined;
  /** Takes the next piece in; false when it is no more than a sign of life. */
  take(piece: T): boolean;
}

export interface GuardLimits {
  readonly operation: string;
  readonly stallMs: number;
  readonly silenceMs: number;
  readonly clock: Clock;
  /** Aborts when the caller, or a policy, gives the request up. */
  readonly signal: AbortSignal | undefined;
}

type Result<T> = Awaited<ReturnType<ReadableStreamDefaultReader<T>['read']>>;

/** Reads a stream piece by piece and holds it to its limits. Time counts only while something is waited for, so a slow consumer stalls nothing. */
export class GuardedReader<T> {
  readonly answer: Answer<T>;
  readonly #reader: ReadableStreamDefaultReader<T>;
  readonly #limits: GuardLimits;
  /** Time waited since the last piece that was more than a sign of life. */
  #silentMs = 0;

  constructor(stream: ReadableStream<T>, answer: Answer<T>, limits: GuardLimits) {
    this.#reader = stream.getReader();
    this.answer = answer;
    this.#limits = limits;
  }

  /**
   * The next piece; undefined at the end of the stream.
   *
   * @throws StreamStalledError, StreamTruncatedError; the reason of whoever aborted the request
   */
  async next(): Promise<T | undefined> {
    const { clock, operation, signal } = this.#limits;
    const startedAtMs = clock.now();
    let result: Result<T>;
    try {
      result = await this.#read();
    } catch (error) {
      // A connection that breaks when all is said takes nothing away.
      if (this.answer.over) return undefined;
      if (error instanceof StreamStalledError || signal?.aborted === true) throw error;
      throw new StreamTruncatedError(operation, 'the connection broke', error);
    }
    if (result.done) {
      if (this.answer.mayEnd) return undefined;
      const reason = this.answer.begun ? 'it ended without the event that ends it' : 'it ended before it began';
      throw new StreamTruncatedError(operation, reason);
    }
    this.#silentMs += clock.now() - startedAtMs;
    if (this.answer.take(result.value)) this.#silentMs = 0;
    return result.value;
  }

  async cancel(reason?: unknown): Promise<void> {
    await this.#reader.cancel(reason);
  }

  #read(): Promise<Result<T>> {
    const { clock, operation, stallMs, silenceMs } = this.#limits;
    const silenceLeftMs = silenceMs - this.#silentMs;
    const silent = silenceLeftMs < stallMs;
    const reason = silent
      ? `nothing but keep-alives came for ${silenceMs} ms (silenceMs)`
      : `nothing came for ${stallMs} ms (stallMs)`;
    return new Promise((resolve, reject) => {
      const stall = (): void => {
        reject(new StreamStalledError(operation, reason));
        this.cancel().catch(() => {});
      };
      const timer = clock.setTimeout(stall, Math.max(0, silent ? silenceLeftMs : stallMs));
      this.#reader.read().then(
        (result) => {
          clock.clearTimeout(timer);
          resolve(result);
        },
        (error: unknown) => {
          clock.clearTimeout(timer);
          reject(error);
        },
      );
    });
  }
}
