import type { AdaptiveLimitConfig } from '../config/types.ts';
import { AdaptiveLimiter } from './adaptive-limiter.ts';
import type { LoadOutcome } from './load-outcome.ts';
import { type QueuePlace, WaitQueue } from './wait-queue.ts';

export interface BulkheadOptions {
  /** Calls that hold a slot at once; where an adaptive limit starts. */
  readonly limit: number;
  /** Calls that may wait for one. */
  readonly queue: number;
  /** Null or undefined: the limit is fixed. */
  readonly adaptive?: AdaptiveLimitConfig | null;
}

/**
 * Slots for a bounded number of calls and a bounded first-in-first-out queue for slots.
 *
 * A slot that is released goes straight to the first waiter, so a late caller cannot snatch it, and the waiter then goes on
 * in its own asynchronous context (cockatiel's bulkhead runs it in that of the call that released the slot).
 */
export class Bulkhead {
  readonly #queue = new WaitQueue();
  #limit: number;
  #queueLimit: number;
  #active = 0;
  #adaptive: AdaptiveLimiter | undefined;

  constructor(options: BulkheadOptions) {
    this.#queueLimit = options.queue;
    this.#adaptive = options.adaptive == null ? undefined : new AdaptiveLimiter(options.limit, options.adaptive);
    this.#limit = this.#adaptive?.limit ?? options.limit;
  }

  /** Calls that may hold a slot at once, as things stand. */
  get limit(): number {
    return this.#limit;
  }

  /** Calls that may wait. */
  get queueLimit(): number {
    return this.#queueLimit;
  }

  /** Slots in use: above {@link limit} for a while after it was lowered, and in shadow mode. */
  get active(): number {
    return this.#active;
  }

  /** Callers that wait. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Whether the limit follows what {@link observe} is told. */
  get adapts(): boolean {
    return this.#adaptive !== undefined;
  }

  /** Takes a slot if one is free. */
  tryAcquire(): boolean {
    if (this.#active >= this.#limit) return false;
    this.#active += 1;
    return true;
  }

  /**
   * Takes a slot where this bulkhead, were it enforced, would give one now or after a wait. In shadow mode nobody waits, so that
   * {@link active} counts the calls that would have waited too; those it would refuse run uncounted, or they would make
   * it refuse more than it would.
   */
  tryPass(): boolean {
    if (this.#active >= this.#limit + this.#queueLimit) return false;
    this.#active += 1;
    return true;
  }

  /** Joins the queue; undefined when it is full. */
  enqueue(): QueuePlace | undefined {
    return this.#queue.length >= this.#queueLimit ? undefined : this.#queue.join();
  }

  /** Gives a slot back: to the first waiter, else to nobody. */
  release(): void {
    this.#active -= 1;
    this.#admitWaiting();
  }

  /** Tells an adaptive limit how an attempt of a call that holds a slot went. */
  observe(durationMs: number, outcome: LoadOutcome): void {
    if (this.#adaptive === undefined) return;
    this.setLimit(this.#adaptive.onResult({ durationMs, outcome, inFlight: this.#active }));
  }

  /** A higher limit admits waiters at once, in order; under a lower one running calls finish. */
  setLimit(limit: number): void {
    this.#limit = limit;
    this.#admitWaiting();
  }

  /**
   * Goes on with other options: whoever runs or waits stays, even where the queue is shorter now. An adaptive limit keeps what it has
   * learned as long as its algorithm stays the same.
   */
  configure(options: BulkheadOptions): void {
    this.#queueLimit = options.queue;
    if (options.adaptive == null) this.#adaptive = undefined;
    else if (this.#adaptive?.configure(options.adaptive) !== true) {
      this.#adaptive = new AdaptiveLimiter(options.limit, options.adaptive);
    }
    this.setLimit(this.#adaptive?.limit ?? options.limit);
  }

  /** Lets everybody in who waits: for a bulkhead that goes into shadow mode, where nobody waits. */
  admitAll(): void {
    while (this.#queue.admitFirst()) this.#active += 1;
  }

  #admitWaiting(): void {
    while (this.#active < this.#limit && this.#queue.admitFirst()) this.#active += 1;
  }
}
