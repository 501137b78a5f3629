import type { Clock } from '../clock.ts';
import type { CircuitBreakerConfig } from '../config/types.ts';
import type { BreakerState } from '../observer.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { breakerSettings } from './strategy.ts';
import { isAbandoned, TargetPlaces } from './target-places.ts';

/** The name of the breaker that targets share when there are more of them than `maxTargets`. A target of that name shares it, too. */
export const OVERFLOW_TARGET: string = '_OTHER';

export interface BreakerRegistryOptions {
  readonly config: CircuitBreakerConfig;
  readonly clock: Clock;
  /** `target` is undefined for the breaker of the operation itself, {@link OVERFLOW_TARGET} for the shared one. */
  readonly onChange?: (from: BreakerState, to: BreakerState, target: string | undefined) => void;
}

/** A circuit breaker in the hands of an operator. */
export interface BreakerControl {
  readonly state: BreakerState;
  /** Holds the circuit open until {@link reset}. A breaker in shadow mode still refuses nobody. */
  isolate(): void;
  /** Closes the circuit and forgets every result so far. */
  reset(): void;
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
 * At most `maxTargets` are held, beside those that an operator holds open. A newcomer takes the place of a target that is closed, idle
 * and has nothing in its window, else that of an abandoned one ({@link isAbandoned}), which starts closed if it is ever called again: as at
 * first contact. Never dropped is what has an attempt under way or is isolated.
 *
 * While there is no place to take, newcomers share one breaker, as all targets do without `per: 'target'`: memory stays bounded, no call
 * goes unguarded, and a flood of targets makes nobody forget a broken one. Events name its target {@link OVERFLOW_TARGET}.
 */
export class BreakerRegistry {
  readonly #clock: Clock;
  readonly #onChange: BreakerRegistryOptions['onChange'];
  readonly #targets: TargetPlaces;
  readonly #notClosed = new Map<string | undefined, CircuitBreaker>();
  readonly #own: CircuitBreaker;
  #overflow: CircuitBreaker | undefined;
  #config: CircuitBreakerConfig;
  /** Counts the times all targets were dropped: breakers of an earlier era move nothing here. */
  #era = 0;
  #isolated = false;

  constructor(options: BreakerRegistryOptions) {
    this.#clock = options.clock;
    this.#onChange = options.onChange;
    this.#config = options.config;
    this.#targets = new TargetPlaces(options.clock);
    this.#own = this.#make(undefined);
  }

  /** Targets that have a breaker of their own. */
  get size(): number {
    return this.#targets.size;
  }

  /**
   * The worst state of all: `open` if any is open, else `isolated`, `half_open` or `closed`. Abandoned targets do not count: a host that
   * is gone for good would make the operation look broken for ever.
   */
  get state(): BreakerState {
    let worst: BreakerState = 'closed';
    for (const [, { state }] of this.#telling()) {
      if (state === 'open') return state;
      if (worst !== 'isolated') worst = state;
    }
    return worst;
  }

  /** The breaker that judges attempts on `target`. */
  of(target: string | undefined): CircuitBreaker {
    if (target === undefined || this.#config.per === 'operation') return this.#own;
    return this.#targets.get(target) ?? this.#admit(target);
  }

  /** How many breakers are not closed, and the first `limit` of them. Abandoned targets do not count. */
  notClosed(limit: number): { readonly total: number; readonly breakers: readonly TargetBreaker[] } {
    const breakers: TargetBreaker[] = [];
    let total = 0;
    for (const [target, { state, retryAfterMs }] of this.#telling()) {
      total += 1;
      if (breakers.length < limit) breakers.push({ target, state, retryAfterMs });
    }
    return { total, breakers };
  }

  /** The circuit of one target, for an operator; undefined where targets have none of their own. */
  control(target: string): BreakerControl | undefined {
    if (this.#config.per === 'operation') return undefined;
    const state = (): BreakerState => this.#stateOf(target);
    return {
      get state() {
        return state();
      },
      // In a place of its own even where there is none: the shared one holds others, too.
      isolate: () => (this.#known(target) ?? this.#add(target)).isolate(),
      reset: () => (this.#known(target) ?? (state() === 'closed' ? undefined : this.#add(target)))?.reset(),
    };
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
    const own = target !== OVERFLOW_TARGET && this.#targets.makeRoom(this.#config);
    return own ? this.#add(target) : (this.#overflow ?? this.#add(OVERFLOW_TARGET));
  }

  /** The state that an attempt on `target` would meet; gives it no place. */
  #stateOf(target: string): BreakerState {
    const known = this.#known(target);
    if (known !== undefined) return known.state;
    if (this.#isolated) return 'isolated';
    const shares = this.#targets.size >= this.#config.maxTargets;
    return shares && this.#overflow !== undefined ? this.#overflow.state : 'closed';
  }

  #known(target: string): CircuitBreaker | undefined {
    return target === OVERFLOW_TARGET ? this.#overflow : this.#targets.get(target);
  }

  #add(target: string): CircuitBreaker {
    const breaker = this.#make(target);
    if (target === OVERFLOW_TARGET) this.#overflow = breaker;
    else this.#targets.add(target, breaker);
    return breaker;
  }

  /** The breakers that are not closed and say something of the calls that are made now. */
  *#telling(): Iterable<readonly [string | undefined, CircuitBreaker]> {
    for (const one of this.#notClosed) {
      const [target, breaker] = one;
      if (target === undefined || !isAbandoned(breaker, this.#config)) yield one;
    }
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
    this.#overflow = undefined;
    for (const target of this.#notClosed.keys()) {
      if (target !== undefined) this.#notClosed.delete(target);
    }
  }

  *#all(): Iterable<CircuitBreaker> {
    yield this.#own;
    if (this.#overflow !== undefined) yield this.#overflow;
    yield* this.#targets.breakers();
  }
}
