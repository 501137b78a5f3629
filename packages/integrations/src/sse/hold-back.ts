import { StreamStalledError, StreamTruncatedError } from '@crossbridge/core';
import { type Answer, GuardedReader, type GuardLimits } from './guarded-reader.ts';
import type { StreamEnd } from './stream-options.ts';
import type { TokenUsage } from './usage.ts';

/** Told once, when the stream that the application was given is over. */
export type StreamEnded = (end: StreamEnd['end'], usage: TokenUsage | undefined, model: string | undefined) => void;

/** What is held back at most; a stream whose answer has not begun by then is passed on as it is. */
export interface Room<T> {
  readonly size: number;
  sizeOf(piece: T): number;
}

/**
 * Holds the pieces of a stream back until its answer begins, is over or fails, and returns the stream, whole, once it has. From then on it is
 * passed on as it comes, no faster than it is read; it fails when it stalls, breaks or ends before its answer does.
 *
 * @throws StreamStalledError, StreamTruncatedError when the answer does not begin; the reason of whoever aborted
 */
export async function holdBack<T>(
  stream: ReadableStream<T>,
  answer: Answer<T>,
  limits: GuardLimits,
  room: Room<T>,
  ended: StreamEnded,
): Promise<ReadableStream<T>> {
  const reader = new GuardedReader(stream, answer, limits);
  const held: T[] = [];
  for (let size = 0; !answer.begun && !answer.over && size < room.size; ) {
    if (limits.signal?.aborted === true) {
      // A source that pays no heed to the signal would be read on for nobody.
      reader.cancel().catch(() => {});
      throw limits.signal.reason;
    }
    const piece = await reader.next();
    if (piece === undefined) break;
    held.push(piece);
    size += room.sizeOf(piece);
  }
  return restOf(reader, held, ended);
}

function restOf<T>(reader: GuardedReader<T>, held: T[], ended: StreamEnded): ReadableStream<T> {
  const { answer } = reader;
  let open = true;
  const end = (how: StreamEnd['end']): void => {
    if (open) ended(answer.over ? (answer.failed ? 'failed' : 'complete') : how, answer.usage, answer.model);
    open = false;
  };
  return new ReadableStream<T>(
    {
      async pull(controller) {
        try {
          const piece = held.shift() ?? (await reader.next());
          if (piece !== undefined) {
            controller.enqueue(piece);
            return;
          }
          controller.close();
          end('complete');
        } catch (error) {
          controller.error(error);
          end(howItFailed(error));
        }
      },
      async cancel(reason) {
        end('cancelled');
        await reader.cancel(reason);
      },
    },
    // Reads only what the application asks for.
    { highWaterMark: 0 },
  );
}

function howItFailed(error: unknown): StreamEnd['end'] {
  if (error instanceof StreamStalledError) return 'stalled';
  return error instanceof StreamTruncatedError ? 'truncated' : 'cancelled';
}
