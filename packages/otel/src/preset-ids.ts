import type { SpanContext } from '@opentelemetry/api';

type Ids = Pick<SpanContext, 'traceId' | 'spanId'>;

/** Random ids, except where a span is to have ids that were given out before it was made. Has the shape of the SDK's `IdGenerator`. */
export class PresetIds {
  #next: Ids | undefined;

  generateTraceId(): string {
    return this.#next?.traceId ?? hex(4);
  }

  generateSpanId(): string {
    return this.#next?.spanId ?? hex(2);
  }

  /** Runs `start`, whose spans get `ids`. */
  use<T>(ids: Ids, start: () => T): T {
    this.#next = ids;
    try {
      return start();
    } finally {
      this.#next = undefined;
    }
  }
}

/** Random words of 32 bits; never all zero, which would be no id. */
function hex(words: number): string {
  let text = '';
  for (let word = 0; word < words; word += 1) {
    const random = (Math.random() * 0x1_0000_0000) >>> 0;
    text += (random + 0x1_0000_0000).toString(16).slice(1);
  }
  return /^0+$/.test(text) ? hex(words) : text;
}
