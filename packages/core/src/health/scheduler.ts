import type { Clock, Timer } from '../clock.ts';
import type { Random } from '../retry/backoff.ts';
import { outsideRequests } from './probe.ts';
import { unref } from './timer.ts';

/** First runs are spread over this time, or over one interval where that is shorter. */
const SPREAD_MS = 10_000;

/** An interval is longer or shorter by up to this share, so that replicas which started together do not ask together for ever. */
const JITTER = 0.1;

/** Between two starts, so that no tick of the event loop starts more than one check. */
const GAP_MS = 1;

export interface Task {
  readonly intervalMs: number;
  /** Must not throw. */
  run(): void;
}

export interface SchedulerOptions {
  readonly clock: Clock;
  readonly random: Random;
}

/** Runs each task at its own interval, by one timer that keeps no process alive. */
export class Scheduler {
  readonly #clock: Clock;
  readonly #random: Random;
  /** When each task is due, in milliseconds of the monotonic clock. */
  readonly #due = new Map<string, { readonly task: Task; readonly atMs: number }>();
  #timer: Timer;

  constructor({ clock, random }: SchedulerOptions) {
    this.#clock = clock;
    this.#random = random;
  }

  has(name: string): boolean {
    return this.#due.has(name);
  }

  /** Forgets a task: another of the same name is a new one. */
  drop(name: string): void {
    this.#due.delete(name);
  }

  /**
   * Schedules exactly these tasks. Those that are scheduled already keep their place; one whose interval has changed waits no longer than
   * the new one.
   *
   * @param initialDelayMs until the first run of a new task; undefined: a random time, ten seconds at most
   */
  set(tasks: ReadonlyMap<string, Task>, initialDelayMs?: number): void {
    for (const name of this.#due.keys()) if (!tasks.has(name)) this.#due.delete(name);
    const nowMs = this.#clock.now();
    for (const [name, task] of tasks) {
      const before = this.#due.get(name);
      const firstMs = initialDelayMs ?? this.#random() * Math.min(task.intervalMs, SPREAD_MS);
      const newInterval = before !== undefined && before.task.intervalMs !== task.intervalMs;
      const latestMs = newInterval ? nowMs + this.#wait(task) : Number.POSITIVE_INFINITY;
      this.#due.set(name, { task, atMs: Math.min(before?.atMs ?? nowMs + firstMs, latestMs) });
    }
    this.#arm(0);
  }

  #arm(earliestMs: number): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const next = this.#next();
    if (next === undefined) return;
    const delayMs = Math.ceil(Math.max(earliestMs, next.atMs - this.#clock.now()));
    this.#timer = outsideRequests(() => this.#clock.setTimeout(() => this.#fire(), delayMs));
    unref(this.#timer);
  }

  #fire(): void {
    const nowMs = this.#clock.now();
    const next = this.#next();
    // Timers may be early by less than a millisecond, and a wait too long for a timer takes several.
    if (next === undefined || next.atMs > nowMs) {
      this.#arm(GAP_MS);
      return;
    }
    this.#due.set(next.name, { task: next.task, atMs: nowMs + this.#wait(next.task) });
    this.#arm(GAP_MS);
    next.task.run();
  }

  #next(): { readonly name: string; readonly task: Task; readonly atMs: number } | undefined {
    let first: { readonly name: string; readonly task: Task; readonly atMs: number } | undefined;
    for (const [name, { task, atMs }] of this.#due) {
      if (first === undefined || atMs < first.atMs) first = { name, task, atMs };
    }
    return first;
  }

  #wait({ intervalMs }: Task): number {
    return intervalMs * (1 + JITTER * (2 * this.#random() - 1));
  }
}
