import { AsyncResource } from 'node:async_hooks';

/** What {@link SharedTimers} stands on. */
export interface TimerSource {
  /** Milliseconds that never run backwards. */
  now(): number;
  /** May fire a little early, as timers of Node do. */
  setTimeout(callback: () => void, delayMs: number): OneTimer;
}

/** A timer that can stop keeping the process alive, and start again. */
export interface OneTimer {
  ref(): unknown;
  unref(): unknown;
}

/** A timer that serves many calls must not keep the asynchronous context of the one that happened to be first. */
const nobody = new AsyncResource('CrossbridgeTimers');

/**
 * Many waits of few lengths, most of which are cancelled long before they end. Waits of one length end in the order in which they
 * began, so one timer serves them all, and to begin and to cancel one is a matter of a few pointers.
 *
 * As with timers of Node, the process stays alive as long as a wait is pending and no longer; one that throws does not stop the others.
 * Other than theirs, callbacks run in no particular asynchronous context. A length costs nothing once its last timer has fired.
 */
export class SharedTimers {
  readonly #source: TimerSource;
  readonly #lists = new Map<number, WaitList>();

  constructor(source: TimerSource) {
    this.#source = source;
  }

  /** Calls back `delayMs` after `nowMs`, never earlier. */
  set(callback: () => void, delayMs: number, nowMs: number): Wait {
    let list = this.#lists.get(delayMs);
    if (list === undefined) {
      list = new WaitList(delayMs, this.#source, () => this.#lists.delete(delayMs));
      this.#lists.set(delayMs, list);
    }
    return list.add(callback, nowMs);
  }

  /** Lengths that have a timer. */
  get size(): number {
    return this.#lists.size;
  }
}

/** One wait: a link of its list. */
export class Wait {
  readonly dueMs: number;
  readonly callback: () => void;
  previous: Wait | undefined;
  next: Wait | undefined;
  /** Undefined once it has ended. */
  list: WaitList | undefined;

  constructor(list: WaitList, callback: () => void, dueMs: number, previous: Wait | undefined) {
    this.list = list;
    this.callback = callback;
    this.dueMs = dueMs;
    this.previous = previous;
    this.next = undefined;
  }

  cancel(): void {
    this.list?.remove(this);
  }
}

class WaitList {
  readonly #delayMs: number;
  readonly #source: TimerSource;
  readonly #onIdle: () => void;
  #first: Wait | undefined;
  #last: Wait | undefined;
  /** Rings no later than the first wait is due; undefined while it rings. */
  #timer: OneTimer | undefined;

  constructor(delayMs: number, source: TimerSource, onIdle: () => void) {
    this.#delayMs = delayMs;
    this.#source = source;
    this.#onIdle = onIdle;
  }

  add(callback: () => void, nowMs: number): Wait {
    const last = this.#last;
    // Who looked at the clock before somebody else, and comes after him, ends with him.
    const wait = new Wait(this, callback, nowMs + this.#delayMs, last);
    this.#last = wait;
    if (last !== undefined) last.next = wait;
    else {
      this.#first = wait;
      if (this.#timer === undefined) this.#arm(this.#delayMs);
      else this.#timer.ref();
    }
    return wait;
  }

  remove(wait: Wait): void {
    const { previous, next } = wait;
    wait.list = undefined;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    // A link left behind would keep everyone who came after it alive.
    wait.previous = wait.next = undefined;
    // It stays armed: the next wait needs it no later.
    if (this.#first === undefined) this.#timer?.unref();
  }

  #arm(delayMs: number): void {
    this.#timer = nobody.runInAsyncScope(() => this.#source.setTimeout(() => this.#ring(), delayMs));
  }

  #ring(): void {
    this.#timer = undefined;
    const nowMs = this.#source.now();
    try {
      for (let first = this.#first; first !== undefined && first.dueMs <= nowMs; first = this.#first) {
        this.remove(first);
        first.callback();
      }
    } finally {
      if (this.#first === undefined) this.#onIdle();
      else if (this.#timer === undefined) this.#arm(Math.max(1, Math.ceil(this.#first.dueMs - this.#source.now())));
    }
  }
}
