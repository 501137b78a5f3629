export interface VirtualTimer {
  readonly atMs: number;
  /** Timers of the same time fire in the order in which they were set. */
  readonly order: number;
  readonly callback: () => void;
  cleared: boolean;
}

/** Timers by time. One that was cleared leaves when it comes to the top, or when such are the most. */
export class TimerHeap {
  #heap: VirtualTimer[] = [];
  #cleared = 0;

  push(timer: VirtualTimer): void {
    const heap = this.#heap;
    let index = heap.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent] as VirtualTimer;
      if (!isBefore(timer, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = timer;
  }

  clear(timer: VirtualTimer): void {
    if (timer.cleared) return;
    timer.cleared = true;
    this.#cleared += 1;
    if (this.#cleared > 1_000 && this.#cleared * 2 > this.#heap.length) this.#sweep();
  }

  /** The next timer that was not cleared. */
  peek(): VirtualTimer | undefined {
    while (this.#heap[0]?.cleared === true) {
      this.#removeFirst();
      this.#cleared -= 1;
    }
    return this.#heap[0];
  }

  /** Takes the timer out that {@link peek} has shown. Clearing it afterwards does nothing. */
  pop(): void {
    const first = this.peek();
    if (first === undefined) return;
    first.cleared = true;
    this.#removeFirst();
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as VirtualTimer, heap[child] as VirtualTimer)) child += 1;
      const below = heap[child] as VirtualTimer;
      if (!isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }

  #sweep(): void {
    const left = this.#heap.filter(({ cleared }) => !cleared);
    this.#heap = [];
    this.#cleared = 0;
    for (const timer of left) this.push(timer);
  }
}

function isBefore(a: VirtualTimer, b: VirtualTimer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
