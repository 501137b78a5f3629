import type { ServerResponse } from 'node:http';
import type { Answer } from './upstream.ts';

/** What a faulty upstream does between the events of a stream. */
export type StreamStep =
  /** Sends this text, as it is. */
  | string
  /** Sends nothing any more, and keeps the connection. */
  | 'STALL'
  /** Breaks the connection. */
  | 'RESET'
  /** Ends the stream as if all had been said. */
  | 'END';

/** Answers 200 with an event stream that goes through the steps; what comes after the last is an `END`. */
function streamSteps(
  response: ServerResponse,
  steps: readonly StreamStep[],
  headers: Record<string, string> = {},
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...headers });
  response.flushHeaders();
  for (const step of steps) {
    if (step === 'STALL') return;
    if (step === 'RESET') {
      // What was written has to be on its way before.
      setImmediate(() => response.destroy());
      return;
    }
    if (step === 'END') break;
    response.write(step);
  }
  response.end();
}

/** Answers request after request with one stream each; the last one answers all further requests. */
export function streamsInTurn(...streams: readonly (readonly StreamStep[])[]): Answer {
  return (response, _, index) => streamSteps(response, streams[Math.min(index, streams.length - 1)] ?? []);
}

/** One event, as text. */
export function sse(data: object | string, event?: string): string {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`;
}
