import { CircuitState, type IBreaker } from 'cockatiel';
import type { Clock } from '../clock.ts';
import type { BreakerState } from '../observer.ts';

export type BreakerResult = 'success' | 'failure' | 'ignored';

/** A permission to make one attempt. Its result must be given back once. */
export interface BreakerPermit {
  readonly generation: number;
  readonly probe: Probe | undefined;
}

interface Probe {
  readonly expiresAtMs: number;
}

export interface CircuitBreakerOptions {
  /** Makes the strategy that decides when to open: any of cockatiel's breakers, or one's own. Made anew after each closing. */
  readonly strategy: () => IBreaker;
  readonly openForMs: number;
  readonly halfOpenProbes: number;
  readonly clock: Clock;
  readonly onChange?: (from: BreakerState, to: BreakerState) => void;
}

/**
 * The state machine around one of cockatiel's `IBreaker` strategies.
 *
 * It differs from cockatiel's own policy where that one cannot be mended from outside: it goes by an injected monotonic clock,
 * refuses surplus callers at once while half-open instead of letting them wait, takes the place of a probe that hangs back
 * after `openForMs`, and ignores results that began before the last change of state.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  #strategy: IBreaker;
  #state: BreakerState = 'closed';
  #openUntilMs = 0;
  #generation = 0;
  #probes = new Set<Probe>();
  #probeSuccesses = 0;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
    this.#strategy = options.strategy();
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Milliseconds until a refused call may be admitted as a probe; undefined when it is not a matter of time. */
  get retryAfterMs(): number | undefined {
    return this.#state === 'open' ? Math.max(0, this.#openUntilMs - this.#options.clock.now()) : undefined;
  }

  /** Whether an attempt would be refused after `delayMs`, as things stand. Changes nothing. */
  refusesAfter(delayMs: number): boolean {
    if (this.#state === 'isolated') return true;
    return this.#state === 'open' && this.#openUntilMs > this.#options.clock.now() + delayMs;
  }

  /** Admits an attempt, or returns undefined to refuse it. */
  tryAcquire(): BreakerPermit | undefined {
    if (this.#state === 'closed') return { generation: this.#generation, probe: undefined };
    if (this.#state === 'open' && this.#options.clock.now() >= this.#openUntilMs) this.#move('half_open');
    return this.#state === 'half_open' ? this.#acquireProbe() : undefined;
  }

  /** Gives the result of an admitted attempt back. `ignored` frees the place and decides nothing. */
  record(permit: BreakerPermit, result: BreakerResult): void {
    if (permit.generation !== this.#generation) return;
    if (permit.probe !== undefined) this.#recordProbe(permit.probe, result);
    else if (result === 'success') this.#strategy.success(CircuitState.Closed);
    else if (result === 'failure' && this.#strategy.failure(CircuitState.Closed)) this.#open();
  }

  /** Holds the circuit open until {@link reset}. */
  isolate(): void {
    this.#move('isolated');
  }

  /** Closes the circuit and forgets every result so far. */
  reset(): void {
    this.#strategy = this.#options.strategy();
    this.#move('closed');
  }

  #acquireProbe(): BreakerPermit | undefined {
    const { clock, halfOpenProbes, openForMs } = this.#options;
    const now = clock.now();
    for (const probe of this.#probes) {
      if (probe.expiresAtMs <= now) this.#probes.delete(probe);
    }
    if (this.#probes.size + this.#probeSuccesses >= halfOpenProbes) return undefined;
    const probe = { expiresAtMs: now + openForMs };
    this.#probes.add(probe);
    return { generation: this.#generation, probe };
  }

  #recordProbe(probe: Probe, result: BreakerResult): void {
    // A probe whose place was taken back has had its chance; another one decides.
    if (!this.#probes.delete(probe) || result === 'ignored') return;
    if (result === 'failure') {
      this.#open();
      return;
    }
    this.#probeSuccesses += 1;
    if (this.#probeSuccesses >= this.#options.halfOpenProbes) this.reset();
  }

  #open(): void {
    this.#openUntilMs = this.#options.clock.now() + this.#options.openForMs;
    this.#move('open');
  }

  #move(to: BreakerState): void {
    const from = this.#state;
    this.#generation += 1;
    this.#probes = new Set();
    this.#probeSuccesses = 0;
    this.#state = to;
    if (from !== to) this.#options.onChange?.(from, to);
  }
}
