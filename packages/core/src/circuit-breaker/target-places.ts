import type { Clock } from '../clock.ts';
import type { CircuitBreakerConfig } from '../config/types.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';

/** Breakers looked at to make room for one newcomer: bounds what a call can cost. */
const LOOKED_AT = 16;

/** Times `windowMs` or `openForMs` after which what no time ages out, of a target that nobody calls, is forgotten. */
const STALE_TIMES = 10;

/** The least after which a circuit that is not closed, of a target that nobody calls, is forgotten. */
const LEAST_UNPROBED_MS = 600_000;

export type PlacesConfig = Pick<CircuitBreakerConfig, 'maxTargets' | 'windowMs' | 'openForMs'>;

interface Entry {
  readonly target: string;
  readonly breaker: CircuitBreaker;
  /** Where it is in the ring. */
  index: number;
  /** What {@link CircuitBreaker.activity} was when the entry was last looked at, and since when it has been so. */
  activity: number;
  sinceMs: number;
}

/**
 * Whether a circuit is not closed and nobody has called since a probe was due, ten times as long as it stays open and at least ten
 * minutes: its target is most likely gone.
 */
export function isAbandoned(breaker: CircuitBreaker, { openForMs }: Pick<PlacesConfig, 'openForMs'>): boolean {
  return breaker.unprobedMs >= Math.max(STALE_TIMES * openForMs, LEAST_UNPROBED_MS);
}

/**
 * The breakers of targets, in a bounded number of places.
 *
 * Among those that may go it does not matter much which does, so a clock hand finds one, a few steps per newcomer (second chance,
 * Corbató 1968).
 */
export class TargetPlaces {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  /** The same entries, for the hand to go round. */
  readonly #ring: Entry[] = [];
  #hand = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#ring.length;
  }

  get(target: string): CircuitBreaker | undefined {
    return this.#entries.get(target)?.breaker;
  }

  *breakers(): Iterable<CircuitBreaker> {
    for (const { breaker } of this.#entries.values()) yield breaker;
  }

  add(target: string, breaker: CircuitBreaker): void {
    const entry = { target, breaker, index: this.#ring.length, activity: 0, sinceMs: this.#clock.now() };
    this.#entries.set(target, entry);
    this.#ring.push(entry);
  }

  clear(): void {
    this.#entries.clear();
    this.#ring.length = 0;
  }

  /**
   * Whether there is a place for a newcomer, after those that may go have gone: first what is closed, idle and has nothing in its window;
   * where the steps meet none of those, one that is abandoned. What has an attempt under way or is isolated stays.
   */
  makeRoom(config: PlacesConfig): boolean {
    const { maxTargets } = config;
    const ring = this.#ring;
    if (ring.length < maxTargets) return true;
    const now = this.#clock.now();
    let abandoned: Entry | undefined;
    for (let looked = 0; looked < LOOKED_AT && ring.length >= maxTargets; looked += 1) {
      if (this.#hand >= ring.length) this.#hand = 0;
      const entry = ring[this.#hand];
      if (entry === undefined) break;
      if (entry.breaker.disposable || isStale(entry, now, config)) this.#drop(entry);
      else {
        if (isAbandoned(entry.breaker, config)) abandoned ??= entry;
        this.#hand += 1;
      }
    }
    if (ring.length >= maxTargets && abandoned !== undefined) {
      this.#drop(abandoned);
      // Whoever was told that it opened is told that this holds no more; who is told may call at once, and take the place.
      abandoned.breaker.reset();
    }
    return ring.length < maxTargets;
  }

  #drop(entry: Entry): void {
    this.#entries.delete(entry.target);
    const last = this.#ring.pop();
    if (last === undefined || last === entry) return;
    last.index = entry.index;
    this.#ring[entry.index] = last;
  }
}

/** Looks at an entry: whether it is closed and idle, and nobody has called since long before. */
function isStale(entry: Entry, now: number, { windowMs, openForMs }: PlacesConfig): boolean {
  const { activity, idle } = entry.breaker;
  if (activity !== entry.activity) {
    entry.activity = activity;
    entry.sinceMs = now;
  }
  return idle && now - entry.sinceMs >= STALE_TIMES * Math.max(windowMs, openForMs);
}
