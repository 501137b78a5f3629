/** What a {@link Heap} keeps in order. */
export interface Timed {
  dueMs: number;
  /** Where it stands in its heap; -1 when in none. Kept by the heap. */
  heapIndex: number;
}

/** A binary heap by time, out of whose middle things can be taken. */
export class Heap<T extends Timed> {
  readonly #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** What is due first. */
  get first(): T | undefined {
    return this.#items[0];
  }

  /** Adds something, or moves it to its new time. */
  set(item: T, dueMs: number): void {
    item.dueMs = dueMs;
    if (item.heapIndex < 0) item.heapIndex = this.#items.push(item) - 1;
    this.#sink(this.#rise(item.heapIndex));
  }

  delete(item: T): void {
    const at = item.heapIndex;
    if (at < 0) return;
    item.heapIndex = -1;
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#put(last, at);
    this.#sink(this.#rise(at));
  }

  #rise(from: number): number {
    const item = this.#items[from] as T;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#items[above] as T;
      if (parent.dueMs <= item.dueMs) break;
      this.#put(parent, at);
      at = above;
    }
    this.#put(item, at);
    return at;
  }

  #sink(from: number): void {
    const item = this.#items[from] as T;
    let at = from;
    for (;;) {
      let below = 2 * at + 1;
      const right = this.#items[below + 1];
      if (right !== undefined && right.dueMs < (this.#items[below] as T).dueMs) below += 1;
      const child = this.#items[below];
      if (child === undefined || child.dueMs >= item.dueMs) break;
      this.#put(child, at);
      at = below;
    }
    this.#put(item, at);
  }

  #put(item: T, at: number): void {
    this.#items[at] = item;
    item.heapIndex = at;
  }
}
