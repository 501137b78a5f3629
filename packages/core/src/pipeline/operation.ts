import { Bulkhead } from '../bulkhead/bulkhead.ts';
import { type BreakerPermit, type BreakerResult, CircuitBreaker } from '../circuit-breaker/circuit-breaker.ts';
import { breakerStrategy } from '../circuit-breaker/strategy.ts';
import type { Classifier } from '../classification/classify.ts';
import type { Clock } from '../clock.ts';
import type { OperationConfig } from '../config/types.ts';
import type { Notifier } from '../notifier.ts';
import type { OperationLimits } from '../rate-limit/operation-limits.ts';
import type { Random } from '../retry/backoff.ts';
import { RetryBudget } from '../retry/budget.ts';
import type { Call } from './call.ts';

/** What all operations of a bridge share. */
export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly notifier: Notifier;
  readonly classify: Classifier;
}

/** One operation: its config and the live state of its policies. */
export class Operation {
  readonly name: string;
  readonly config: OperationConfig;
  readonly environment: Environment;
  readonly limits: OperationLimits | undefined;
  readonly bulkhead: Bulkhead | undefined;
  readonly breaker: CircuitBreaker | undefined;
  readonly budget: RetryBudget | undefined;
  readonly hedgeDelay: { readonly delayMs: number | undefined; record(durationMs: number): void } | undefined;
  /** The call whose arrival or result is being recorded, so that a change of the breaker can name it. */
  #recording: Call | undefined;

  constructor(name: string, config: OperationConfig, environment: Environment, limits: OperationLimits | undefined) {
    const { clock, notifier } = environment;
    this.name = name;
    this.config = config;
    this.environment = environment;
    this.limits = limits;
    this.bulkhead = config.bulkhead === null ? undefined : new Bulkhead(config.bulkhead);
    this.budget =
      config.retry === null || config.retryBudget === null ? undefined : new RetryBudget(config.retryBudget, clock);
    this.hedgeDelay =
      config.hedge === null ? undefined : { delayMs: config.hedge.delayMs ?? undefined, record: () => {} };
    this.breaker =
      config.circuitBreaker === null
        ? undefined
        : new CircuitBreaker({
            strategy: breakerStrategy(config.circuitBreaker, clock),
            openForMs: config.circuitBreaker.openForMs,
            halfOpenProbes: config.circuitBreaker.halfOpenProbes,
            clock,
            onChange: (from, to) =>
              notifier.tell({
                type: 'circuit_breaker.changed',
                operation: name,
                from,
                to,
                target: undefined,
                call: this.#recording,
              }),
          });
  }

  /** The breaker that judges attempts on `target`. */
  breakerFor(_target: string | undefined): CircuitBreaker | undefined {
    return this.breaker;
  }

  /** Asks the breaker on behalf of `call`, which a change of state then names. */
  tryAcquire(breaker: CircuitBreaker, call: Call): BreakerPermit | undefined {
    this.#recording = call;
    const permit = breaker.tryAcquire();
    this.#recording = undefined;
    return permit;
  }

  /** Gives the result of an attempt of `call` back to the breaker. */
  record(breaker: CircuitBreaker, permit: BreakerPermit, result: BreakerResult, call: Call): void {
    this.#recording = call;
    breaker.record(permit, result);
    this.#recording = undefined;
  }
}
