/** One event of a `text/event-stream`. */
export interface ServerEvent {
  /** The `event` field; empty when there is none. */
  readonly name: string;
  readonly data: string;
  /** False when the event was too long to be kept, and `data` is only its beginning. */
  readonly whole: boolean;
}

/** How much of one event is kept, in characters: a stream must not make the guard hold what the application may not want. */
const MAX_EVENT = 1024 * 1024;

const LINE_END = /\r\n|\n|\r/g;

/** Splits the bytes of an event stream into its events, as the HTML standard says (section 9.2.6). Comments are no events. */
export class EventParser {
  readonly #decoder = new TextDecoder();
  #afterCr = false;
  #line = '';
  #name = '';
  #data: string[] = [];
  #room = MAX_EVENT;
  #whole = true;

  /** The events that end in these bytes. */
  push(bytes: Uint8Array): ServerEvent[] {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === '') return [];
    // The second half of a line end that came in two pieces.
    if (this.#afterCr && text.startsWith('\n')) text = text.slice(1);
    this.#afterCr = text.endsWith('\r');
    const events: ServerEvent[] = [];
    let from = 0;
    for (const end of text.matchAll(LINE_END)) {
      this.#extend(text, from, end.index);
      this.#endLine(events);
      from = end.index + end[0].length;
    }
    this.#extend(text, from, text.length);
    return events;
  }

  #extend(text: string, from: number, to: number): void {
    const length = Math.min(to - from, this.#room);
    if (length < to - from) this.#whole = false;
    this.#room -= length;
    this.#line += text.slice(from, from + length);
  }

  #endLine(events: ServerEvent[]): void {
    const line = this.#line;
    this.#line = '';
    if (line !== '') {
      this.#endField(line);
      return;
    }
    if (this.#data.length > 0) events.push({ name: this.#name, data: this.#data.join('\n'), whole: this.#whole });
    this.#name = '';
    this.#data = [];
    this.#room = MAX_EVENT;
    this.#whole = true;
  }

  #endField(line: string): void {
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#name = value;
    if (field === 'data') this.#data.push(value);
    // What is said to nobody must not use up the room of what follows it.
    if (field === '') this.#room += line.length;
  }
}
