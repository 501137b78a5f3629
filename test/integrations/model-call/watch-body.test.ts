import { text as readText } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type BodyWatcher, watchBody } from '../../../packages/integrations/src/model-call/watch-body.ts';
import { rejection } from '../../support/bridges.ts';
import { startUpstream } from '../../support/upstream.ts';

const usage = { usage: { prompt_tokens: 1 } };

function watched(response: Response) {
  const told: unknown[] = [];
  const watcher: BodyWatcher = { whole: (json) => told.push(json), broken: (error) => told.push(error) };
  watchBody(response, watcher);
  return { response, told };
}

describe('a watched body', () => {
  it.each(['json', 'text', 'arrayBuffer', 'bytes'] as const)(
    'is seen when it is read by %s, and read once only',
    async (name) => {
      const original = await new Response(JSON.stringify(usage))[name]();
      const { response, told } = watched(new Response(JSON.stringify(usage)));
      expect(await response[name]()).toEqual(original);
      expect(told).toEqual([usage]);
      expect(response.bodyUsed).toBe(true);
      expect(await rejection(response[name]())).toBeInstanceOf(TypeError);
    },
  );

  it('is the same Response, and not begun before the application begins', () => {
    const given = new Response(JSON.stringify(usage), { headers: { 'x-a': 'b' } });
    const { response, told } = watched(given);
    expect(response).toBe(given);
    expect(response.body).toBe(response.body);
    expect([response.bodyUsed, response.body?.locked, told]).toEqual([false, false, []]);
  });

  it('can still be read by its methods, or cloned, after somebody asked whether there is one', async () => {
    const { response, told } = watched(new Response(JSON.stringify(usage)));
    expect(response.body).not.toBeNull();
    const copy = response.clone();
    expect([await copy.text(), await response.json()]).toEqual([JSON.stringify(usage), usage]);
    expect(told).toEqual([usage, usage]);
    const begun = watched(new Response(JSON.stringify(usage))).response;
    expect(begun.body).not.toBeNull();
    begun.clone();
    expect(await new Response(begun.body).json()).toEqual(usage);
  });

  it('is passed on byte by byte to a reader that brings its own memory', async () => {
    const { response, told } = watched(new Response('{"a":1}'));
    const reader = response.body?.getReader({ mode: 'byob' });
    let text = '';
    for (;;) {
      const read = await reader?.read(new Uint8Array(2));
      text += new TextDecoder().decode(read?.value);
      if (read?.done !== false) break;
    }
    expect([text, told]).toEqual(['{"a":1}', [{ a: 1 }]]);
  });

  it('is untouched where it is no JSON, and the error is that of the application', async () => {
    const { response, told } = watched(new Response('{"usage": oops'));
    const error = await rejection(response.json());
    expect(error).toEqual(await rejection(new Response('{"usage": oops').json()));
    expect(told).toEqual([undefined]);
  });

  it('of five mebibytes comes whole in every way, and is not parsed once more', async () => {
    const text = JSON.stringify({ ...usage, text: 'x'.repeat(5 * 1024 * 1024) });
    const byText = watched(new Response(text));
    expect((await byText.response.text()) === text).toBe(true);
    const byBody = watched(new Response(text));
    expect((await readText(byBody.response.body as ReadableStream<Uint8Array>)) === text).toBe(true);
    expect([byText.told, byBody.told]).toEqual([[undefined], [undefined]]);
    const byJson = watched(new Response(text));
    await byJson.response.json();
    expect(byJson.told).toMatchObject([usage]);
  });

  it('gives the connection up when the application gives the body up, and then tells nothing', async () => {
    let closed = (): void => {};
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    await using upstream = await startUpstream((response) => {
      response.on('close', closed);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"usage":');
    });
    const { response, told } = watched(await fetch(upstream.url));
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('{"usage":');
    await reader.cancel('enough');
    await isClosed;
    const unread = watched(await fetch(upstream.url));
    await unread.response.body?.cancel();
    expect([told, unread.told]).toEqual([[], []]);
  });

  it('fails as it would have where the connection breaks, and tells so', async () => {
    await using upstream = await startUpstream((response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{', () => response.destroy());
    });
    const { response, told } = watched(await fetch(upstream.url));
    const error = await rejection(response.json());
    expect(error).toBeInstanceOf(TypeError);
    const raw = watched(await fetch(upstream.url));
    const broken = await rejection(readText(raw.response.body as ReadableStream<Uint8Array>));
    expect([told, raw.told]).toEqual([[error], [broken]]);
  });
});
