import type { Clock } from '../clock.ts';
import type { CircuitBreakerConfig } from '../config/types.ts';
import type { BreakerState } from '../observer.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { breakerSettings } from './strategy.ts';

/** The name of the breaker that targets share when there are more of them than `maxTargets`. */
export const OVERFLOW_TARGET: string = '_OTHER';

/** Breakers looked at to make room for one newcomer: bounds what a call can cost. */
const LOOKED_AT = 16;

/** Times `windowMs` or `openForMs` after which results that no time ages out, of a target that nobody calls, are forgotten. */
const STALE_WINDOWS = 10;

interface Entry {
  readonly target: string;
  readonly breaker: CircuitBreaker;
  /** What {@link CircuitBreaker.admitted} was when the entry was last looked at, and since when it has been so. */
  admitted: number;
  sinceMs: number;
}

export interface BreakerRegistryOptions {
  readonly config: CircuitBreakerConfig;
  readonly clock: Clock;
  /** `target` is undefined for the breaker of the operation itself, {@link OVERFLOW_TARGET} for the shared one. */
  readonly onChange?: (from: BreakerState, to: BreakerState, target: string | undefined) => void;
}

/** A breaker that is not closed. */
export interface TargetBreaker {
  /** Undefined: the breaker of the operation itself. */
  readonly target: string | undefined;
  readonly state: BreakerState;
  readonly retryAfterMs: number | undefined;
}

/**
 * The breakers of one operation: a single one, or (`per: 'target'`) one for each target, so that a broken host does not close the way to the
 * others. Calls that name no target have the single one.
 *
 * At most `maxTargets` are held. A newcomer takes the place of one that is closed, idle and has nothing in its window; among
 * those it does not matter which, so a clock hand finds one, a few steps per call (second chance, Corbató 1968). While it finds none, newcomers share
 * one breaker: memory stays bounded, and a flood of targets makes nobody forget a broken one.
 */
export class BreakerRegistry {
  readonly #clock: Clock;
  readonly #onChange: BreakerRegistryOptions['onChange'];
  readonly #targets = new Map<string, CircuitBreaker>();
  /** The same breakers, for the hand to go round. */
  readonly #ring: Entry[] = [];
  readonly #notClosed = new Map<string | undefined, CircuitBreaker>();
  readonly #own: CircuitBreaker;
  #overflow: CircuitBreaker | undefined;
  #config: CircuitBreakerConfig;
  #hand = 0;
  /** Counts the times all targets were dropped: breakers of an earlier era move nothing here. */
  #era = 0;
  #isolated = false;

  constructor(options: BreakerRegistryOptions) {
    this.#clock = options.clock;
    this.#onChange = options.onChange;
    this.#config = options.config;
    this.#own = this.#make(undefined);
  }

  /** Targets that have a breaker of their own. */
  get size(): number {
    return this.#targets.size;
  }

  /** The worst state of all: `open` if any is open, else `isolated`, `half_open` or `closed`. */
  get state(): BreakerState {
    if (this.#notClosed.size === 0) return 'closed';
    let worst: BreakerState = 'half_open';
    for (const { state } of this.#notClosed.values()) {
      if (state === 'open') return state;
      if (state === 'isolated') worst = state;
    }
    return worst;
  }

  /** The breaker that judges attempts on `target`. */
  of(target: string | undefined): CircuitBreaker {
    if (target === undefined || this.#config.per === 'operation') return this.#own;
    return this.#targets.get(target) ?? this.#admit(target);
  }

  /** How many breakers are not closed, and the first `limit` of them. */
  notClosed(limit: number): { readonly total: number; readonly breakers: readonly TargetBreaker[] } {
    const breakers: TargetBreaker[] = [];
    for (const [target, { state, retryAfterMs }] of this.#notClosed) {
      if (breakers.length >= limit) break;
      breakers.push({ target, state, retryAfterMs });
    }
    return { total: this.#notClosed.size, breakers };
  }

  /** Holds the circuit of every target open, of those to come too, until {@link reset}. */
  isolate(): void {
    this.#isolated = true;
    for (const breaker of this.#all()) breaker.isolate();
  }

  /** Closes every circuit and forgets every result so far. */
  reset(): void {
    this.#isolated = false;
    for (const breaker of this.#all()) breaker.reset();
  }

  /** Goes on with another config; see {@link CircuitBreaker.configure}. Breakers beyond a lower `maxTargets` go as soon as they may. */
  configure(config: CircuitBreakerConfig): void {
    this.#config = config;
    if (config.per === 'operation') this.#dropTargets();
    const settings = breakerSettings(config, this.#clock);
    for (const breaker of this.#all()) breaker.configure(settings);
  }

  #admit(target: string): CircuitBreaker {
    this.#makeRoom();
    if (this.#targets.size >= this.#config.maxTargets) {
      this.#overflow ??= this.#make(OVERFLOW_TARGET);
      return this.#overflow;
    }
    const breaker = this.#make(target);
    this.#targets.set(target, breaker);
    this.#ring.push({ target, breaker, admitted: 0, sinceMs: this.#clock.now() });
    return breaker;
  }

  #makeRoom(): void {
    const ring = this.#ring;
    if (ring.length < this.#config.maxTargets) return;
    const now = this.#clock.now();
    for (let looked = 0; looked < LOOKED_AT && ring.length >= this.#config.maxTargets; looked += 1) {
      if (this.#hand >= ring.length) this.#hand = 0;
      const entry = ring[this.#hand];
      if (entry === undefined) return;
      if (entry.breaker.disposable || this.#stale(entry, now)) this.#drop(entry);
      else this.#hand += 1;
    }
  }

  /** Drops the entry that the hand points at. */
  #drop(entry: Entry): void {
    this.#targets.delete(entry.target);
    const last = this.#ring.pop();
    if (last !== undefined && last !== entry) this.#ring[this.#hand] = last;
  }

  #stale(entry: Entry, now: number): boolean {
    const { admitted, idle } = entry.breaker;
    if (admitted !== entry.admitted) {
      entry.admitted = admitted;
      entry.sinceMs = now;
    }
    const { windowMs, openForMs } = this.#config;
    return idle && now - entry.sinceMs >= STALE_WINDOWS * Math.max(windowMs, openForMs);
  }

  #make(target: string | undefined): CircuitBreaker {
    const era = this.#era;
    const breaker: CircuitBreaker = new CircuitBreaker({
      ...breakerSettings(this.#config, this.#clock),
      clock: this.#clock,
      onChange: (from, to) => {
        if (target !== undefined && era !== this.#era) return;
        if (to === 'closed') this.#notClosed.delete(target);
        else this.#notClosed.set(target, breaker);
        this.#onChange?.(from, to, target);
      },
    });
    if (this.#isolated) breaker.isolate();
    return breaker;
  }

  #dropTargets(): void {
    this.#era += 1;
    this.#targets.clear();
    this.#ring.length = 0;
    this.#overflow = undefined;
    for (const target of this.#notClosed.keys()) {
      if (target !== undefined) this.#notClosed.delete(target);
    }
  }

  *#all(): Iterable<CircuitBreaker> {
    yield this.#own;
    if (this.#overflow !== undefined) yield this.#overflow;
    yield* this.#targets.values();
  }
}
