import { describe, expect, it } from 'vitest';
import { guardStream } from '../../../packages/integrations/src/sse/guard-stream.ts';
import { InBandFailure } from '../../../packages/integrations/src/sse/stream-failure.ts';
import { rejection } from '../../support/bridges.ts';
import { sse } from '../../support/event-stream.ts';
import { chatChunk, wholeChat } from '../../support/openai-api.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

interface Source {
  readonly response: Response;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly cancelled: unknown[];
  /** How often the source was asked for more. */
  pulls: number;
  send(text: string): void;
}

/** A stream that sends what it is told to. */
function source(): Source {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const cancelled: unknown[] = [];
  const body = new ReadableStream<Uint8Array>(
    {
      start: (given) => {
        controller = given;
      },
      pull: () => {
        made.pulls += 1;
      },
      cancel: (reason) => {
        cancelled.push(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const response = new Response(body, { headers: { 'content-type': 'text/event-stream', 'x-request-id': 'req_1' } });
  const send = (text: string): void => controller.enqueue(new TextEncoder().encode(text));
  const made: Source = { response, controller, cancelled, pulls: 0, send };
  return made;
}

interface Guarded {
  readonly clock: VirtualClock;
  readonly ends: unknown[];
  readonly abort: AbortController;
  readonly answer: Promise<Response>;
}

function guard({ response }: Source): Guarded {
  const clock = new VirtualClock();
  const ends: unknown[] = [];
  const abort = new AbortController();
  const limits = { operation: 'ai', stallMs: 1000, silenceMs: 2500, clock, signal: abort.signal };
  const answer = guardStream(response, limits, (end, usage) => ends.push([end, usage]));
  answer.catch(() => {});
  return { clock, ends, abort, answer };
}

/** What has become of a promise by now. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  await settle();
  return Promise.race([
    promise.then(
      () => 'fulfilled',
      () => 'rejected',
    ),
    Promise.resolve('pending'),
  ]);
}

function reader(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  return (response.body as ReadableStream<Uint8Array>).getReader();
}

describe('a guarded stream before its first content', () => {
  it('gives no response until content comes, then every byte from the first on', async () => {
    const stream = source();
    const { answer, ends } = guard(stream);
    stream.send(': ping\n\n');
    stream.send(chatChunk({ role: 'assistant', content: '' }));
    expect(await stateOf(answer)).toBe('pending');
    stream.send(chatChunk({ content: 'a' }));
    const response = await answer;
    expect(response.headers.get('x-request-id')).toBe('req_1');
    const rest = response.text();
    stream.send('data: [DONE]\n\n');
    stream.controller.close();
    expect(await rest).toBe(
      `: ping\n\n${chatChunk({ role: 'assistant', content: '' })}${chatChunk({ content: 'a' })}data: [DONE]\n\n`,
    );
    expect(ends).toEqual([['complete', undefined]]);
  });

  it('fails when not a byte comes for as long as may be, and lets the connection go', async () => {
    const stream = source();
    const { answer, clock } = guard(stream);
    await clock.advance(999);
    expect(await stateOf(answer)).toBe('pending');
    await clock.advance(1);
    expect(await rejection(answer)).toMatchObject({ code: 'stream_stalled', operation: 'ai' });
    expect([stream.cancelled.length, clock.pending]).toEqual([1, 0]);
  });

  it('lets keep-alives prove that the connection lives, but not for ever', async () => {
    const stream = source();
    const { answer, clock } = guard(stream);
    for (const ping of [': ping\n\n', sse({ type: 'ping' }, 'ping')]) {
      await clock.advance(900);
      stream.send(ping);
      await settle();
    }
    expect(await stateOf(answer)).toBe('pending');
    await clock.advance(699);
    expect(await stateOf(answer)).toBe('pending');
    await clock.advance(1);
    expect(await rejection(answer)).toMatchObject({ message: expect.stringContaining('keep-alives came for 2500 ms') });
  });

  it('counts the silence anew from an event that is more than a keep-alive', async () => {
    const stream = source();
    const { answer, clock } = guard(stream);
    for (let turn = 0; turn < 5; turn += 1) {
      await clock.advance(900);
      stream.send(chatChunk({ role: 'assistant' }));
      await settle();
    }
    expect(await stateOf(answer)).toBe('pending');
  });

  it('fails when the connection breaks, with the cause, and when it ends without an answer', async () => {
    const broken = source();
    const guarded = guard(broken);
    const cause = new TypeError('terminated');
    broken.controller.error(cause);
    expect(await rejection(guarded.answer)).toMatchObject({ code: 'stream_truncated', cause });
    const empty = source();
    const { answer } = guard(empty);
    empty.send(chatChunk({ role: 'assistant' }));
    empty.controller.close();
    expect(await rejection(answer)).toMatchObject({ code: 'stream_truncated' });
  });

  it('fails with an error in its place, together with the response that tells of it', async () => {
    const stream = source();
    const { answer } = guard(stream);
    const text = sse({ error: { type: 'overloaded_error', message: 'Overloaded' } }, 'error');
    stream.send(text);
    stream.controller.close();
    const error = (await rejection(answer)) as InBandFailure;
    expect(error).toBeInstanceOf(InBandFailure);
    expect([error.type, await error.answer.text()]).toEqual(['overloaded_error', text]);
  });

  it('ends with the reason of whoever aborts, even where the stream pays no heed', async () => {
    const stream = source();
    const { answer, abort } = guard(stream);
    const reason = new Error('gone');
    abort.abort(reason);
    stream.send(': ping\n\n');
    expect(await rejection(answer)).toBe(reason);
    expect(stream.cancelled).toHaveLength(1);
  });

  it('does not hold back without end what never becomes an answer', async () => {
    const stream = source();
    const { answer } = guard(stream);
    const big = `: ${'x'.repeat(1024 * 1024)}\n\n`;
    for (let sent = 0; sent < 4; sent += 1) stream.send(big);
    expect((await answer).status).toBe(200);
  });

  it('passes an answer on that is whole and empty', async () => {
    const stream = source();
    const { answer } = guard(stream);
    stream.send('data: [DONE]\n\n');
    stream.controller.close();
    expect(await (await answer).text()).toBe('data: [DONE]\n\n');
  });
});

describe('a guarded stream after its first content', () => {
  async function begun(): Promise<Source & Guarded & { readonly response: Response }> {
    const stream = source();
    const guarded = guard(stream);
    stream.send(chatChunk({ content: 'a' }));
    const response = await guarded.answer;
    return Object.assign(stream, guarded, { response });
  }

  it('fails when it stalls', async () => {
    const { response, clock, ends, cancelled } = await begun();
    const body = reader(response);
    await body.read();
    const next = body.read();
    next.catch(() => {});
    await clock.advance(1000);
    expect(await rejection(next)).toMatchObject({ code: 'stream_stalled' });
    expect([ends, cancelled.length]).toEqual([[['stalled', undefined]], 1]);
  });

  it('does not stall while nobody reads it, and is not read ahead', async () => {
    const stream = await begun();
    const body = reader(stream.response);
    const { pulls } = stream;
    await body.read();
    await stream.clock.advance(60_000);
    expect([stream.pulls, stream.clock.pending]).toEqual([pulls, 0]);
    const next = body.read();
    stream.send(chatChunk({ content: 'b' }));
    expect((await next).done).toBe(false);
  });

  it('flows for as long as it flows', async () => {
    const stream = await begun();
    const body = reader(stream.response);
    await body.read();
    for (let turn = 0; turn < 100; turn += 1) {
      const next = body.read();
      await stream.clock.advance(999);
      stream.send(chatChunk({ content: 'b' }));
      expect((await next).done).toBe(false);
    }
  });

  it('fails when it ends without the event that ends an answer', async () => {
    const { response, controller, ends } = await begun();
    const text = response.text();
    controller.close();
    expect(await rejection(text)).toMatchObject({ code: 'stream_truncated', operation: 'ai' });
    expect(ends).toEqual([['truncated', undefined]]);
  });

  it('fails when the connection breaks, with the cause', async () => {
    const { response, controller } = await begun();
    const text = response.text();
    const cause = new TypeError('terminated');
    controller.error(cause);
    expect(await rejection(text)).toMatchObject({ code: 'stream_truncated', cause });
  });

  it('loses nothing when the connection breaks after all was said', async () => {
    const { response, send, controller, ends } = await begun();
    const body = reader(response);
    await body.read();
    const last = body.read();
    send('data: [DONE]\n\n');
    await last;
    const end = body.read();
    controller.error(new TypeError('terminated'));
    expect((await end).done).toBe(true);
    expect(ends).toEqual([['complete', undefined]]);
  });

  it('passes an error of the provider on, and holds nothing else against the stream', async () => {
    const { response, send, controller, ends } = await begun();
    const text = response.text();
    const error = sse({ error: { message: 'oops', type: 'server_error' } });
    send(error);
    controller.close();
    expect(await text).toBe(chatChunk({ content: 'a' }) + error);
    expect(ends).toEqual([['failed', undefined]]);
  });

  it('cancels its source when the application does, and tells once that it did', async () => {
    const { response, cancelled, ends, clock } = await begun();
    const body = reader(response);
    await body.read();
    const next = body.read();
    await settle();
    await body.cancel('enough');
    expect((await next).done).toBe(true);
    expect([cancelled, ends, clock.pending]).toEqual([['enough'], [['cancelled', undefined]], 0]);
  });

  it('ends with the error of whoever aborts', async () => {
    const { response, abort, controller, ends } = await begun();
    const text = response.text();
    const reason = new Error('gone');
    abort.abort(reason);
    controller.error(reason);
    expect(await rejection(text)).toBe(reason);
    expect(ends).toEqual([['cancelled', undefined]]);
  });

  it('keeps its origin through clones, whose copies both are whole', async () => {
    const stream = source();
    Object.defineProperty(stream.response, 'url', { value: 'http://upstream/v1' });
    const { answer } = guard(stream);
    for (const piece of wholeChat('a', 'b')) stream.send(piece);
    stream.controller.close();
    const response = await answer;
    const copy = response.clone();
    expect([response.url, copy.url]).toEqual(['http://upstream/v1', 'http://upstream/v1']);
    expect(await Promise.all([response.text(), copy.text()])).toEqual(Array(2).fill(wholeChat('a', 'b').join('')));
  });
});
