import type { AttemptWindow } from './attempt-window.ts';

const FAILED = 1;
const SLOW = 2;

interface Saved {
  readonly marks: readonly number[];
}

/** The last `size` attempts, one byte each, whenever they were. */
export class CountWindow implements AttemptWindow {
  readonly #marks: Uint8Array;
  #next = 0;
  #calls = 0;
  #failures = 0;
  #slow = 0;

  constructor(size: number) {
    this.#marks = new Uint8Array(size);
  }

  get calls(): number {
    return this.#calls;
  }

  get failures(): number {
    return this.#failures;
  }

  get slow(): number {
    return this.#slow;
  }

  /** Successes alone never age out of such a window, so that it is empty only before the first attempt. */
  get atRest(): boolean {
    return this.#failures === 0 && this.#slow === 0;
  }

  add(failed: boolean, slow: boolean): void {
    this.#push((failed ? FAILED : 0) | (slow ? SLOW : 0));
  }

  adopt(previous: AttemptWindow): void {
    if (previous instanceof CountWindow) this.restore(previous.save());
  }

  save(): Saved {
    const size = this.#marks.length;
    const oldest = this.#next - this.#calls + size;
    return { marks: Array.from({ length: this.#calls }, (_, index) => this.#marks[(oldest + index) % size] ?? 0) };
  }

  restore(saved: unknown): void {
    this.#next = this.#calls = this.#failures = this.#slow = 0;
    for (const mark of (saved as Saved).marks) this.#push(mark);
  }

  #push(mark: number): void {
    const size = this.#marks.length;
    if (this.#calls === size) this.#count(this.#marks[this.#next] ?? 0, -1);
    this.#marks[this.#next] = mark;
    this.#count(mark, 1);
    this.#next = (this.#next + 1) % size;
  }

  #count(mark: number, by: 1 | -1): void {
    this.#calls += by;
    if ((mark & FAILED) !== 0) this.#failures += by;
    if ((mark & SLOW) !== 0) this.#slow += by;
  }
}
