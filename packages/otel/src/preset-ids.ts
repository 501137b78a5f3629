import { randomFillSync } from 'node:crypto';
import type { SpanContext } from '@opentelemetry/api';

type Ids = Pick<SpanContext, 'traceId' | 'spanId'>;

/** Random ids, except where a span is to have ids that were given out before it was made. Has the shape of the SDK's `IdGenerator`. */
export class PresetIds {
  #traceId: string | undefined;
  #spanId: string | undefined;

  generateTraceId(): string {
    return this.#traceId ?? hex(16);
  }

  generateSpanId(): string {
    // Once: whatever a processor starts meanwhile is another span.
    const preset = this.#spanId;
    this.#spanId = undefined;
    return preset ?? hex(8);
  }

  /** Runs `start`, whose first span gets `ids`. */
  use<T>({ traceId, spanId }: Ids, start: () => T): T {
    this.#traceId = traceId;
    this.#spanId = spanId;
    try {
      return start();
    } finally {
      this.#traceId = undefined;
      this.#spanId = undefined;
    }
  }
}

const pool = Buffer.alloc(4_096);
let text = '';
let used = 0;

/** Cut from many random bytes at once: one id at a time takes ten times as long. Never all zero, which would be no id. */
function hex(bytes: number): string {
  if (used + 2 * bytes > text.length) {
    text = randomFillSync(pool).toString('hex');
    used = 0;
  }
  const id = text.slice(used, used + 2 * bytes);
  used += 2 * bytes;
  return id === '0000000000000000' || id === '00000000000000000000000000000000' ? hex(bytes) : id;
}
