import { StreamStalledError, StreamTruncatedError } from '@crossbridge/core';
import { GuardedReader, type GuardLimits } from './guarded-reader.ts';
import { InBandFailure } from './stream-failure.ts';
import type { StreamEnd } from './stream-options.ts';
import type { TokenUsage } from './usage.ts';

/** Most that is held back, in bytes: an answer that has not begun by then is passed on as it is. */
const MAX_HELD_BYTES = 4 * 1024 * 1024;

/** Told once, when the stream that the application was given is over. */
export type StreamEnded = (end: StreamEnd['end'], usage: TokenUsage | undefined) => void;

/** Whether the response streams events. */
export function isEventStream({ status, headers, body }: Response): boolean {
  return status === 200 && body !== null && /^\s*text\/event-stream\b/i.test(headers.get('content-type') ?? '');
}

/**
 * Holds the events of a response back until its answer begins, and returns the same response once it has. From then on the stream is passed
 * on as it comes, no faster than it is read; it fails when it stalls, breaks or ends before its answer does.
 *
 * @throws InBandFailure when it begins with an error; StreamStalledError, StreamTruncatedError when it does not begin
 */
export async function guardStream(response: Response, limits: GuardLimits, ended: StreamEnded): Promise<Response> {
  const reader = new GuardedReader(response.body as ReadableStream<Uint8Array>, limits);
  const held: Uint8Array[] = [];
  let heldBytes = 0;
  while (!reader.decided && heldBytes < MAX_HELD_BYTES) {
    if (limits.signal?.aborted === true) {
      // A `fetch` that pays no heed to its signal would be read on for nobody.
      reader.cancel().catch(() => {});
      throw limits.signal.reason;
    }
    const bytes = await reader.next();
    if (bytes === undefined) break;
    held.push(bytes);
    heldBytes += bytes.byteLength;
  }
  const { error } = reader.answer;
  const guarded = withBody(response, restOf(reader, held, ended));
  if (error !== undefined && !reader.answer.begun) throw new InBandFailure(guarded, error);
  return guarded;
}

function restOf(reader: GuardedReader, held: Uint8Array[], ended: StreamEnded): ReadableStream<Uint8Array> {
  const { answer } = reader;
  let open = true;
  const end = (how: StreamEnd['end']): void => {
    if (open) ended(answer.over ? (answer.error === undefined ? 'complete' : 'failed') : how, answer.usage);
    open = false;
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const bytes = held.shift() ?? (await reader.next());
          if (bytes !== undefined) {
            controller.enqueue(bytes);
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

/** The same response with another body. A new one would lose its url and its type. */
function withBody(response: Response, body: ReadableStream<Uint8Array>): Response {
  const { status, statusText, headers, url, redirected, type } = response;
  return keepOrigin(new Response(body, { status, statusText, headers }), { url, redirected, type });
}

function keepOrigin(response: Response, origin: Pick<Response, 'url' | 'redirected' | 'type'>): Response {
  return Object.defineProperties(response, {
    url: { value: origin.url },
    redirected: { value: origin.redirected },
    type: { value: origin.type },
    clone: { value: () => keepOrigin(Response.prototype.clone.call(response), origin) },
  });
}
