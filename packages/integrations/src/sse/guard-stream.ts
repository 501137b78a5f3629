import type { GuardLimits } from './guarded-reader.ts';
import { holdBack, type Room, type StreamEnded } from './hold-back.ts';
import { SseAnswer } from './sse-answer.ts';
import { InBandFailure } from './stream-failure.ts';

const ROOM: Room<Uint8Array> = { size: 4 * 1024 * 1024, sizeOf: (bytes) => bytes.byteLength };

/** Whether the response streams events. */
export function isEventStream({ status, headers, body }: Response): boolean {
  return status === 200 && body !== null && /^\s*text\/event-stream\b/i.test(headers.get('content-type') ?? '');
}

/**
 * Holds the events of a response back until its answer begins, and returns the same response once it has.
 *
 * @throws InBandFailure when it begins with an error; what {@link holdBack} throws
 */
export async function guardStream(response: Response, limits: GuardLimits, ended: StreamEnded): Promise<Response> {
  const answer = new SseAnswer();
  const body = await holdBack(response.body as ReadableStream<Uint8Array>, answer, limits, ROOM, ended);
  const guarded = withBody(response, body);
  const { error, begun } = answer.watch;
  if (error !== undefined && !begun) throw new InBandFailure(guarded, error, response.headers);
  return guarded;
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
