import { Readable } from 'node:stream';
import { codeIn, MAX_ERROR_BODY_BYTES, MAX_ERROR_BODY_MS } from './http-failure.ts';

/** How undici makes the body of an answer. */
type BodyClass = new (parts: {
  readonly resume: () => void;
  readonly abort: () => void;
  readonly contentType: string;
  readonly contentLength: number | undefined;
}) => Readable;

/**
 * What the body of an error says is its code; undefined where it is no JSON, long, or does not come at once.
 *
 * A body of undici can be read only once, and knows when it was. So the answer gets another of the same class, which gives all that was read here
 * and then goes on with the rest.
 */
export async function undiciErrorCode(answer: { body: unknown }, headers: Headers): Promise<string | undefined> {
  const source = answer.body;
  const contentType = headers.get('content-type') ?? '';
  const length = headers.get('content-length');
  if (!contentType.includes('json') || Number(length) > MAX_ERROR_BODY_BYTES) return undefined;
  if (!(source instanceof Readable) || source.constructor === Readable) return undefined;
  const copy = new (source.constructor as BodyClass)({
    resume: () => void source.resume(),
    abort: () => void source.destroy(),
    contentType,
    contentLength: length === null ? undefined : Number(length),
  });
  answer.body = copy;
  const text = await copied(source, copy);
  return text === undefined ? undefined : codeIn(text);
}

/** Passes on what comes of the source. Resolves to all of it, where it is short and comes at once. */
function copied(source: Readable, copy: Readable): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, MAX_ERROR_BODY_MS, undefined);
    const end = (text?: string): void => {
      clearTimeout(timer);
      resolve(text);
    };
    source.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_ERROR_BODY_BYTES) chunks.push(chunk);
      else end();
      if (!copy.push(chunk)) source.pause();
    });
    source.once('end', () => {
      copy.push(null);
      end(size <= MAX_ERROR_BODY_BYTES ? Buffer.concat(chunks).toString('utf8') : undefined);
    });
    source.once('error', (error) => {
      // As undici does: nobody may be listening yet.
      copy.on('error', () => {}).destroy(error);
      end();
    });
    source.once('close', () => end());
  });
}
