import { AnswerWatch } from './answer-watch.ts';
import { EventParser } from './event-parser.ts';
import type { Answer } from './guarded-reader.ts';
import type { TokenUsage } from './usage.ts';

/** A streamed answer in the bytes of its events. */
export class SseAnswer implements Answer<Uint8Array> {
  readonly watch: AnswerWatch = new AnswerWatch();
  readonly #parser = new EventParser();

  get begun(): boolean {
    return this.watch.begun;
  }

  get over(): boolean {
    return this.watch.over;
  }

  get failed(): boolean {
    return this.watch.error !== undefined;
  }

  get mayEnd(): boolean {
    return this.watch.mayEnd;
  }

  get usage(): TokenUsage | undefined {
    return this.watch.usage;
  }

  get model(): string | undefined {
    return this.watch.model;
  }

  take(bytes: Uint8Array): boolean {
    let alive = false;
    for (const event of this.#parser.push(bytes)) {
      if (this.watch.see(event) !== 'keep_alive') alive = true;
    }
    return alive;
  }
}
