import { CircuitState } from 'cockatiel';
import type { Clock } from '../clock.ts';
import type { BreakerState } from '../observer.ts';
import { refuseOption } from '../options.ts';
import type { BreakerStrategy } from './breaker-strategy.ts';

export type BreakerResult = 'success' | 'failure' | 'ignored';

/** A permission to make one attempt. Its result must be given back once. */
export interface BreakerPermit {
  readonly generation: number;
  readonly probe: Probe | undefined;
}

interface Probe {
  readonly expiresAtMs: number;
}

/** What a reload may change. */
export interface BreakerSettings {
  /** Makes the strategy that decides when to open: any of cockatiel's breakers, or one's own. Made anew after each closing. */
  readonly strategy: () => BreakerStrategy;
  readonly openForMs: number;
  /** Probes admitted at once while half-open, and successes needed to close. */
  readonly halfOpenProbes: number;
}

export interface CircuitBreakerOptions extends BreakerSettings {
  readonly clock: Clock;
  readonly onChange?: (from: BreakerState, to: BreakerState) => void;
}

/**
 * The state machine around a strategy that decides when to open.
 *
 * It differs from cockatiel's own policy where that one cannot be mended from outside: it goes by an injected monotonic clock,
 * refuses surplus callers at once while half-open instead of letting them wait, gives the place of a probe that hangs to another
 * after `openForMs`, and ignores results that began before the last change of state.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #onChange: CircuitBreakerOptions['onChange'];
  #settings: BreakerSettings;
  #strategy: BreakerStrategy;
  #state: BreakerState = 'closed';
  #openUntilMs = 0;
  #permit: BreakerPermit = { generation: 0, probe: undefined };
  #probes = new Set<Probe>();
  #probeSuccesses = 0;
  #probedAtMs = 0;
  #admitted = 0;
  #inFlight = 0;

  /** @throws InvalidArgumentError for settings with which it could never close */
  constructor(options: CircuitBreakerOptions) {
    assertSettings(options);
    this.#clock = options.clock;
    this.#onChange = options.onChange;
    this.#settings = options;
    this.#strategy = options.strategy();
  }

  /** Moved by calls, never by time alone: `open` stays until somebody arrives after {@link probeDue}. */
  get state(): BreakerState {
    return this.#state;
  }

  /** Whether the circuit is open and the next attempt would be admitted as a probe. */
  get probeDue(): boolean {
    return this.#state === 'open' && this.#clock.now() >= this.#openUntilMs;
  }

  /** Milliseconds until a refused call may be admitted as a probe; undefined when it is not a matter of time. */
  get retryAfterMs(): number | undefined {
    return this.#state === 'open' ? Math.max(0, this.#openUntilMs - this.#clock.now()) : undefined;
  }

  /** Attempts admitted so far, and those of them that have ended. */
  get activity(): number {
    return 2 * this.#admitted - this.#inFlight;
  }

  /** Whether the circuit is closed and no attempt is under way. */
  get idle(): boolean {
    return this.#state === 'closed' && this.#inFlight === 0;
  }

  /** Whether the breaker could be dropped and made anew without losing anything that speaks against the callee. */
  get disposable(): boolean {
    return this.idle && this.#strategy.atRest === true;
  }

  /**
   * For how many milliseconds a probe would have been admitted, and nobody came. 0 while the circuit is closed or isolated, and while an
   * attempt is under way.
   */
  get unprobedMs(): number {
    if (this.#inFlight > 0) return 0;
    if (this.#state === 'open') return Math.max(0, this.#clock.now() - this.#openUntilMs);
    return this.#state === 'half_open' ? Math.max(0, this.#clock.now() - this.#probedAtMs) : 0;
  }

  /** Whether an attempt would be refused after `delayMs`, as things stand. Changes nothing. */
  refusesAfter(delayMs: number): boolean {
    if (this.#state === 'isolated') return true;
    return this.#state === 'open' && this.#openUntilMs > this.#clock.now() + delayMs;
  }

  /** Admits an attempt, or returns undefined to refuse it. */
  tryAcquire(): BreakerPermit | undefined {
    if (this.#state === 'open' && this.#clock.now() >= this.#openUntilMs) this.#move('half_open');
    const permit =
      this.#state === 'closed' ? this.#permit : this.#state === 'half_open' ? this.#acquireProbe() : undefined;
    if (permit === undefined) return undefined;
    this.#admitted += 1;
    this.#inFlight += 1;
    return permit;
  }

  /**
   * Gives the result of an admitted attempt back, once. `ignored` (the caller cancelled it, say) frees the place and decides nothing.
   * `durationMs` matters to strategies that know slow attempts; a probe that is slow opens the circuit again, even if it succeeds.
   */
  record(permit: BreakerPermit, result: BreakerResult, durationMs = 0): void {
    this.#inFlight -= 1;
    if (permit.generation !== this.#permit.generation) return;
    if (permit.probe !== undefined) this.#recordProbe(permit.probe, result, durationMs);
    else if (result !== 'ignored' && this.#mustOpen(result === 'failure', durationMs)) this.#open();
  }

  /** Holds the circuit open until {@link reset}. */
  isolate(): void {
    if (this.#state !== 'isolated') this.#move('isolated');
  }

  /** Closes the circuit and forgets every result so far. */
  reset(): void {
    this.#strategy = this.#settings.strategy();
    this.#move('closed');
  }

  /**
   * Goes on with other settings: state, the end of the open time and, where the new strategy can take them over, the results so far stay.
   * The new open time counts from the next opening.
   */
  configure(settings: BreakerSettings): void {
    assertSettings(settings);
    const previous = this.#strategy;
    this.#settings = settings;
    this.#strategy = settings.strategy();
    this.#strategy.adopt?.(previous);
    // No further probe would be admitted, and so none could close the circuit.
    if (this.#state === 'half_open' && this.#probeSuccesses >= settings.halfOpenProbes) this.reset();
  }

  #mustOpen(failed: boolean, durationMs: number): boolean {
    const strategy = this.#strategy;
    if (strategy.record !== undefined) return strategy.record(failed, durationMs);
    if (failed) return strategy.failure(CircuitState.Closed);
    strategy.success(CircuitState.Closed);
    return false;
  }

  #acquireProbe(): BreakerPermit | undefined {
    const { halfOpenProbes, openForMs } = this.#settings;
    const now = this.#clock.now();
    for (const probe of this.#probes) {
      if (probe.expiresAtMs <= now) this.#probes.delete(probe);
    }
    if (this.#probes.size + this.#probeSuccesses >= halfOpenProbes) return undefined;
    const probe = { expiresAtMs: now + openForMs };
    this.#probes.add(probe);
    return { generation: this.#permit.generation, probe };
  }

  #recordProbe(probe: Probe, result: BreakerResult, durationMs: number): void {
    // One whose place was taken back tells as much: where all take longer than that, nobody else would ever decide.
    this.#probes.delete(probe);
    this.#probedAtMs = this.#clock.now();
    if (result === 'ignored') return;
    if (result === 'failure' || this.#strategy.isSlow?.(durationMs) === true) {
      this.#open();
      return;
    }
    this.#probeSuccesses += 1;
    if (this.#probeSuccesses >= this.#settings.halfOpenProbes) this.reset();
  }

  #open(): void {
    this.#openUntilMs = this.#clock.now() + this.#settings.openForMs;
    this.#move('open');
  }

  #move(to: BreakerState): void {
    const from = this.#state;
    this.#permit = { generation: this.#permit.generation + 1, probe: undefined };
    this.#probes = new Set();
    this.#probeSuccesses = 0;
    this.#state = to;
    if (from !== to) this.#onChange?.(from, to);
  }
}

function assertSettings({ strategy, openForMs, halfOpenProbes }: BreakerSettings): void {
  const whose = 'CircuitBreaker';
  if (typeof strategy !== 'function') refuseOption('strategy', whose, 'a function that makes a breaker', strategy);
  if (!(typeof openForMs === 'number' && openForMs >= 0)) {
    refuseOption('openForMs', whose, 'a number of at least 0', openForMs);
  }
  if (!(Number.isSafeInteger(halfOpenProbes) && halfOpenProbes >= 1)) {
    refuseOption('halfOpenProbes', whose, 'a whole number of at least 1', halfOpenProbes);
  }
}
