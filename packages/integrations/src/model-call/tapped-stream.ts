/** What is told of a stream while it is read. */
export interface Tap {
  piece(bytes: Uint8Array): void;
  /** The stream was read to its end. */
  end(): void;
  broken(error: unknown): void;
}

/**
 * A stream of the same bytes, which takes each piece from the source only when it is asked for one, and gives up the source when it is given
 * up. The source is not touched before.
 *
 * @param source the stream as it is when the first piece is asked for
 */
export function tapped(source: () => ReadableStream<Uint8Array>, tap: Tap): ReadableStream<Uint8Array> {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  return new ReadableStream(
    {
      type: 'bytes',
      async pull(controller) {
        try {
          reader ??= source().getReader();
          const { done, value } = await reader.read();
          if (!done) {
            // Before it is passed on, which takes its memory away.
            tap.piece(value);
            controller.enqueue(value as Uint8Array<ArrayBuffer>);
            return;
          }
        } catch (error) {
          tap.broken(error);
          throw error;
        }
        tap.end();
        controller.close();
        controller.byobRequest?.respond(0);
      },
      async cancel(reason) {
        await (reader ?? source()).cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Keeps the bytes of a stream, unless they become too many. */
export class ByteCollector {
  readonly #max: number;
  #pieces: Uint8Array[] = [];
  #size = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** All bytes; undefined when they were too many. */
  get bytes(): Uint8Array | undefined {
    return this.#size > this.#max ? undefined : Buffer.concat(this.#pieces);
  }

  add(bytes: Uint8Array): void {
    this.#size += bytes.byteLength;
    if (this.#size <= this.#max) this.#pieces.push(bytes.slice());
    else this.#pieces = [];
  }
}
