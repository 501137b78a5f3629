import { type Clock, StreamStalledError, StreamTruncatedError } from '@crossbridge/core';
import { AnswerWatch } from './answer-watch.ts';
import { EventParser } from './event-parser.ts';

export interface GuardLimits {
  readonly operation: string;
  readonly stallMs: number;
  readonly silenceMs: number;
  readonly clock: Clock;
  /** Aborts when the caller, or a policy, gives the request up. */
  readonly signal: AbortSignal | undefined;
}

/** Reads a stream piece by piece and holds it to its limits. Time counts only while something is waited for, so a slow consumer stalls nothing. */
export class GuardedReader {
  readonly answer: AnswerWatch = new AnswerWatch();
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #limits: GuardLimits;
  readonly #parser = new EventParser();
  /** Time waited since the last event that was more than a sign of life. */
  #silentMs = 0;

  constructor(body: ReadableStream<Uint8Array>, limits: GuardLimits) {
    this.#reader = body.getReader();
    this.#limits = limits;
  }

  /** Whether nothing need be held back any longer: the answer has begun, is over, or has failed. */
  get decided(): boolean {
    return this.answer.begun || this.answer.over;
  }

  /**
   * The next piece; undefined at the end of the stream.
   *
   * @throws StreamStalledError, StreamTruncatedError; the reason of whoever aborted the request
   */
  async next(): Promise<Uint8Array | undefined> {
    const { clock, operation, signal } = this.#limits;
    const startedAtMs = clock.now();
    let result: Awaited<ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']>>;
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
    for (const event of this.#parser.push(result.value)) {
      if (this.answer.see(event) !== 'keep_alive') this.#silentMs = 0;
    }
    return result.value;
  }

  async cancel(reason?: unknown): Promise<void> {
    await this.#reader.cancel(reason);
  }

  #read(): ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']> {
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
