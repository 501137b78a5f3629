/** A caller in the queue. Links of a list, so that one that gives up leaves at once wherever it stands. */
interface Waiter {
  admit: () => void;
  previous: Waiter | undefined;
  next: Waiter | undefined;
  queued: boolean;
}

export interface BulkheadOptions {
  /** Calls that hold a slot at once. */
  readonly limit: number;
  /** Calls that may wait for one. */
  readonly queue: number;
}

/** A place in the queue of a {@link Bulkhead}. */
export interface QueuePlace {
  /** Settles when a slot was handed over. It never rejects: an admitted caller is not refused afterwards. */
  readonly admitted: Promise<void>;
  /** Gives the place up. Returns false when the slot was already handed over, and then belongs to the caller. */
  leave(): boolean;
}

/**
 * Slots for a bounded number of calls and a bounded first-in-first-out queue for slots.
 *
 * A slot that is released goes straight to the first waiter, so a late caller cannot snatch it, and the waiter then goes on
 * in its own asynchronous context (cockatiel's bulkhead runs it in that of the call that released the slot).
 */
export class Bulkhead {
  readonly limit: number;
  readonly queueLimit: number;
  #active = 0;
  #queued = 0;
  #first: Waiter | undefined;
  #last: Waiter | undefined;

  constructor(options: BulkheadOptions) {
    this.limit = options.limit;
    this.queueLimit = options.queue;
  }

  /** Slots in use. */
  get active(): number {
    return this.#active;
  }

  /** Callers that wait. */
  get queued(): number {
    return this.#queued;
  }

  /** Takes a slot if one is free. */
  tryAcquire(): boolean {
    if (this.#active >= this.limit) return false;
    this.#active += 1;
    return true;
  }

  /** Joins the queue; undefined when it is full. */
  enqueue(): QueuePlace | undefined {
    if (this.#queued >= this.queueLimit) return undefined;
    const waiter: Waiter = { admit: () => {}, previous: this.#last, next: undefined, queued: true };
    const admitted = new Promise<void>((resolve) => {
      waiter.admit = resolve;
    });
    if (this.#last === undefined) this.#first = waiter;
    else this.#last.next = waiter;
    this.#last = waiter;
    this.#queued += 1;
    return { admitted, leave: () => this.#remove(waiter) };
  }

  /** Gives a slot back: to the first waiter, else to nobody. */
  release(): void {
    const waiter = this.#first;
    if (waiter === undefined) {
      this.#active -= 1;
      return;
    }
    this.#remove(waiter);
    waiter.admit();
  }

  #remove(waiter: Waiter): boolean {
    if (!waiter.queued) return false;
    waiter.queued = false;
    if (waiter.previous === undefined) this.#first = waiter.next;
    else waiter.previous.next = waiter.next;
    if (waiter.next === undefined) this.#last = waiter.previous;
    else waiter.next.previous = waiter.previous;
    this.#queued -= 1;
    return true;
  }
}
