import { Bulkhead } from '../bulkhead/bulkhead.ts';
import { BreakerRegistry } from '../circuit-breaker/breaker-registry.ts';
import type { BreakerPermit, BreakerResult, CircuitBreaker } from '../circuit-breaker/circuit-breaker.ts';
import type { Classifier } from '../classification/classify.ts';
import type { Clock } from '../clock.ts';
import type {
  BulkheadConfig,
  CircuitBreakerConfig,
  HedgeConfig,
  OperationConfig,
  RetryBudgetConfig,
} from '../config/types.ts';
import { QuotaBook } from '../health/quota.ts';
import { HedgeDelay } from '../hedge/hedge-delay.ts';
import type { Notifier } from '../notifier.ts';
import type { PolicyMode } from '../observer.ts';
import type { OperationLimits } from '../rate-limit/operation-limits.ts';
import type { SharedRateLimiter } from '../rate-limit/shared/shared-limiter.ts';
import type { Random } from '../retry/backoff.ts';
import { RetryBudget } from '../retry/budget.ts';
import type { Call } from './call.ts';
import type { CallRetry } from './call-retry.ts';
import { CallTraffic } from './call-traffic.ts';
import { tellSoFar } from './tell.ts';

/** What all operations of a bridge share. */
export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly notifier: Notifier;
  /** Has the buckets of limits that processes share. */
  readonly sharedLimits?: SharedRateLimiter | undefined;
  /** Replaced by a reload of the config. */
  classify: Classifier;
}

/** One operation: its config and the live state of its policies. */
export class Operation {
  readonly name: string;
  readonly environment: Environment;
  config: OperationConfig;
  limits: OperationLimits | undefined;
  bulkhead: Bulkhead | undefined;
  breakers: BreakerRegistry | undefined;
  budget: RetryBudget | undefined;
  hedgeDelay: HedgeDelay | undefined;
  /** Calls under way, those that wait included. */
  active: number = 0;
  readonly traffic: CallTraffic;
  readonly quotas: QuotaBook = new QuotaBook();
  /** The call whose arrival or result is being recorded, so that a change of the breaker can name it. */
  #recording: Call | undefined;
  /** Whether a policy goes by how long attempts take. */
  judgesDurations: boolean = false;

  constructor(name: string, config: OperationConfig, environment: Environment, limits: OperationLimits | undefined) {
    this.name = name;
    this.environment = environment;
    this.config = config;
    this.limits = limits;
    this.traffic = new CallTraffic(environment.clock.now());
    this.#apply(config);
  }

  /**
   * Goes on with other policies. What is live stays: levels of buckets, those who wait, the states and windows of breakers, the
   * running calls of a bulkhead. A policy that is gone refuses nobody any more; calls under way go by the new policies from their next
   * decision on.
   */
  configure(config: OperationConfig, limits: OperationLimits | undefined): void {
    this.config = config;
    this.limits = limits;
    this.#apply(config);
  }

  /** The retry policy of a call: what its caller asked for, else the operation's own. */
  retryFor({ retry }: Call): CallRetry | null {
    return retry === undefined ? this.config.retry || null : retry;
  }

  /** Whether retries are carried out, or only watched; whatever policy a call brings. */
  get retryMode(): PolicyMode {
    return (this.config.retry || undefined)?.mode ?? 'enforce';
  }

  /** Gives the operation a budget for retries that only its callers ask for. One that retries itself has what its config says. */
  lendBudget(config: RetryBudgetConfig | null): void {
    const { retry, hedge } = this.config;
    if (config !== null && !retry && hedge === null) {
      this.budget ??= new RetryBudget(config, this.environment.clock);
    }
  }

  /** The breaker that judges attempts on `target`. */
  breakerFor(target: string | undefined): CircuitBreaker | undefined {
    return this.breakers?.of(target);
  }

  /** Asks the breaker on behalf of `call`, which a change of state then names. */
  tryAcquire(breaker: CircuitBreaker, call: Call): BreakerPermit | undefined {
    this.#recording = call;
    const permit = breaker.tryAcquire();
    this.#recording = undefined;
    return permit;
  }

  /** Gives the result of an attempt of `call` back to the breaker. */
  record(breaker: CircuitBreaker, permit: BreakerPermit, result: BreakerResult, durationMs: number, call: Call): void {
    this.#recording = call;
    breaker.record(permit, result, durationMs);
    this.#recording = undefined;
  }

  #apply({ bulkhead, circuitBreaker, retry, retryBudget, hedge }: OperationConfig): void {
    this.#applyBulkhead(bulkhead);
    this.#applyBreaker(circuitBreaker);
    this.#applyHedge(hedge);
    const budgeted = (retry || hedge !== null) && retryBudget !== null;
    if (!budgeted) this.budget = undefined;
    else if (this.budget === undefined) this.budget = new RetryBudget(retryBudget, this.environment.clock);
    else this.budget.configure(retryBudget);
    this.judgesDurations = hedge !== null || this.bulkhead?.adapts === true || circuitBreaker?.slowCallMs != null;
  }

  #applyBulkhead(config: BulkheadConfig | null): void {
    // Whoever waits for a bulkhead that is gone, or only watches now, waits for nothing.
    if (config === null || config.mode === 'shadow') this.bulkhead?.admitAll();
    if (config === null) this.bulkhead = undefined;
    else if (this.bulkhead === undefined) this.bulkhead = new Bulkhead(config);
    else this.bulkhead.configure(config);
  }

  #applyBreaker(config: CircuitBreakerConfig | null): void {
    const { clock, notifier } = this.environment;
    if (config === null) this.breakers = undefined;
    else if (this.breakers !== undefined) this.breakers.configure(config);
    else {
      const breakers = new BreakerRegistry({
        config,
        clock,
        onChange: (from, to, target) => {
          // One that a reload has taken away may still hear of attempts that it admitted.
          if (this.breakers !== breakers) return;
          const call = this.#recording;
          if (call?.telling === 'plain') tellSoFar(notifier, call);
          notifier.tell({ type: 'circuit_breaker.changed', operation: this.name, from, to, target, call });
        },
      });
      this.breakers = breakers;
    }
  }

  #applyHedge(config: HedgeConfig | null): void {
    if (config === null) this.hedgeDelay = undefined;
    else if (this.hedgeDelay === undefined) this.hedgeDelay = new HedgeDelay(config, this.environment.clock);
    else this.hedgeDelay.configure(config);
  }
}
