import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, EventsAnswer, JsonAnswer } from './answer.ts';

/** Sends the whole answer. Stops quietly when the client goes away. */
export async function send(response: ServerResponse, answer: Answer): Promise<void> {
  if (answer.kind === 'json') {
    writeJsonHead(response, answer);
    response.end(JSON.stringify(answer.body));
    return;
  }
  writeEventsHead(response);
  await writeEvents(response, answer, answer.events.length);
  response.end();
}

/** Sends the headers and about half of the body, then resets the connection. */
export async function sendHalf(response: ServerResponse, answer: Answer): Promise<void> {
  if (answer.kind === 'json') {
    const body = JSON.stringify(answer.body);
    writeJsonHead(response, answer);
    await new Promise<void>((resolve) => {
      response.write(body.slice(0, Math.ceil(body.length / 2)), () => resolve());
    });
  } else {
    writeEventsHead(response);
    await writeEvents(response, answer, Math.ceil(answer.events.length / 2));
  }
  reset(response);
}

/** Resets the connection: the client sees ECONNRESET or a closed socket, never an answer. */
export function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

function writeJsonHead(response: ServerResponse, answer: JsonAnswer): void {
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    // Known beforehand, so that half a body is a broken one and not a short one.
    'content-length': Buffer.byteLength(JSON.stringify(answer.body)),
    ...answer.headers,
  });
}

function writeEventsHead(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
}

async function writeEvents(response: ServerResponse, answer: EventsAnswer, count: number): Promise<void> {
  for (const event of answer.events.slice(0, count)) {
    if (response.destroyed) return;
    response.write(`data: ${event}\n\n`);
    await sleep(answer.intervalMs);
  }
}
