/** A place in a {@link WaitQueue}. */
export interface QueuePlace {
  /** Settles when a slot was handed over. It never rejects: an admitted caller is not refused afterwards. */
  readonly admitted: Promise<void>;
  /** Gives the place up. Returns false when the slot was already handed over, and then belongs to the caller. */
  leave(): boolean;
}

/** A caller in the queue. Links of a list, so that one that gives up leaves at once wherever it stands. */
class Waiter implements QueuePlace {
  readonly admitted: Promise<void>;
  readonly queue: WaitQueue;
  admit: () => void = () => {};
  previous: Waiter | undefined;
  next: Waiter | undefined;
  queued = true;

  constructor(queue: WaitQueue, previous: Waiter | undefined) {
    this.queue = queue;
    this.previous = previous;
    this.admitted = new Promise<void>((resolve) => {
      this.admit = resolve;
    });
  }

  leave(): boolean {
    return this.queue.remove(this);
  }
}

/** First in, first out; every step takes the same time however long the queue is. */
export class WaitQueue {
  #length = 0;
  #first: Waiter | undefined;
  #last: Waiter | undefined;

  get length(): number {
    return this.#length;
  }

  join(): QueuePlace {
    const waiter = new Waiter(this, this.#last);
    if (this.#last === undefined) this.#first = waiter;
    else this.#last.next = waiter;
    this.#last = waiter;
    this.#length += 1;
    return waiter;
  }

  /** Lets the first in. Returns false when nobody waits. */
  admitFirst(): boolean {
    const waiter = this.#first;
    if (waiter === undefined) return false;
    this.remove(waiter);
    waiter.admit();
    return true;
  }

  /** Takes a waiter out. Returns false when it was out already. */
  remove(waiter: Waiter): boolean {
    if (!waiter.queued) return false;
    waiter.queued = false;
    if (waiter.previous === undefined) this.#first = waiter.next;
    else waiter.previous.next = waiter.next;
    if (waiter.next === undefined) this.#last = waiter.previous;
    else waiter.next.previous = waiter.previous;
    // A link left behind would keep everyone who came after it alive.
    waiter.previous = waiter.next = undefined;
    this.#length -= 1;
    return true;
  }
}
