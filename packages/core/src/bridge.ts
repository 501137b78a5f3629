import { createClassifier } from './classification/classify.ts';
import type { ErrorRule } from './classification/error-rule.ts';
import { type Clock, systemClock } from './clock.ts';
import { DEFAULT_RATE_LIMITS, NO_TIMEOUT } from './config/defaults.ts';
import type { RuntimeConfigInput } from './config/input.ts';
import { resolveRuntimeConfig } from './config/resolve.ts';
import type { OperationConfig, RuntimeConfig } from './config/types.ts';
import { BridgeClosedError, RateLimitExceeded } from './errors.ts';
import { operationHealth } from './health/operation-health.ts';
import { aggregate, type OverallHealth } from './health/status.ts';
import { Notifier, type ObserverErrorHandler } from './notifier.ts';
import type { Observer } from './observer.ts';
import type { AttemptFunction } from './pipeline/attempt.ts';
import { Call } from './pipeline/call.ts';
import { type Environment, Operation } from './pipeline/operation.ts';
import { type OperationState, stateOf } from './pipeline/operation-state.ts';
import { runCall } from './pipeline/run.ts';
import { takeTokens } from './pipeline/take-tokens.ts';
import type { CallKey } from './rate-limit/call-key.ts';
import { OperationLimits } from './rate-limit/operation-limits.ts';
import { RateLimiter } from './rate-limit/rate-limiter.ts';
import type { Random } from './retry/backoff.ts';
import type { RetryPolicyOptions } from './retry/policy.ts';
import { type RetryOptions, retryCall } from './retry/retry-call.ts';
import { assertRunnable, type RunOptions } from './run-options.ts';

/** Names the config does not know are bounded too; those beyond share this one, so that no metric grows without end. */
const OTHER_OPERATION = '_OTHER';
const MAX_UNCONFIGURED_OPERATIONS = 256;

const NO_POLICIES: OperationConfig = {
  rateLimit: null,
  rateLimits: [],
  retry: null,
  retryBudget: null,
  hedge: null,
  circuitBreaker: null,
  bulkhead: null,
  timeout: NO_TIMEOUT,
};

const NO_OPTIONS = {};

export interface BridgeOptions {
  readonly observers?: readonly Observer[];
  /** Told the first failure of each observer. Default: a process warning. */
  readonly onObserverError?: ObserverErrorHandler;
  readonly clock?: Clock;
  /** Source of numbers in [0, 1) for jitter. Default `Math.random`. */
  readonly random?: Random;
  /** What errors mean, where the built-in tables say something else or nothing. The first rule that matches wins. */
  readonly errorRules?: readonly ErrorRule[];
}

/** Live state of a bridge, for gauges and health endpoints. */
export interface BridgeStateView {
  operations(): readonly OperationState[];
  health(): OverallHealth;
}

/** One configured instance: its operations, limiter, health and observers. */
export class Bridge {
  readonly config: RuntimeConfig;
  /** Buckets of every rate limit; `check` uses the bucket of exactly the key it is given. */
  readonly rateLimiter: RateLimiter;
  readonly state: BridgeStateView = {
    operations: () => [...this.#operations.values()].map(stateOf),
    health: () => this.#health(),
  };
  readonly #environment: Environment;
  readonly #operations = new Map<string, Operation>();
  #closed = false;

  /** Use {@link createBridge}. */
  constructor(config: RuntimeConfig, options: BridgeOptions) {
    const clock = options.clock ?? systemClock;
    this.config = config;
    this.rateLimiter = new RateLimiter({ maxKeys: config.rateLimiting.maxKeys, clock });
    this.#environment = {
      clock,
      random: options.random ?? Math.random,
      notifier: new Notifier(options.onObserverError),
      classify: createClassifier({
        retryableStatuses: config.retry.retryableCodes,
        rules: options.errorRules,
        wallNow: () => clock.wallNow(),
      }),
    };
    for (const name of Object.keys(config.operations)) {
      // The limits that everybody has by default are no news of this service until it uses them.
      if (!isBuiltIn(name, config)) this.#addOperation(name);
    }
    for (const observer of options.observers ?? []) this.observe(observer);
  }

  /**
   * Runs `fn` under the policies of `operation`. The callee's own error is rethrown as the same object.
   *
   * @throws RateLimitExceeded, BulkheadFullError, CircuitOpenError when a policy refuses; AttemptTimeoutError or
   * DeadlineExceededError when time runs out; the signal's reason when the caller aborts; BridgeClosedError after {@link close};
   * InvalidArgumentError for options that cannot work
   */
  run<T>(operation: string, fn: AttemptFunction<T>, options: RunOptions<T> = NO_OPTIONS): Promise<T> {
    // Not an async function: one promise less for every call.
    try {
      return this.#start(operation, fn, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Runs `fn` under a retry policy alone: one of the config by its name, or one made in code. Its own last error is rethrown as the
   * same object.
   *
   * @throws InvalidArgumentError for arguments that cannot work; DeadlineExceededError, the signal's reason and BridgeClosedError as
   * {@link run} does
   */
  async retry<T>(
    fn: AttemptFunction<T>,
    policy: RetryPolicyOptions | string = 'default',
    options: RetryOptions = NO_OPTIONS,
  ): Promise<T> {
    if (this.#closed) throw new BridgeClosedError('retry');
    const host = { environment: this.#environment, retry: this.config.retry, bare: NO_POLICIES };
    return retryCall(host, fn, policy, options);
  }

  /**
   * Takes `cost` tokens of `key` from the limits of `operation`, without a call. Undefined when it may go on (the operation may have no
   * limit, or one in shadow mode); else the refusal, to be thrown or not.
   *
   * @throws InvalidArgumentError when the cost can never pass
   */
  checkRateLimit(key: CallKey, operation: string, cost = 1): RateLimitExceeded | undefined {
    const target = this.#operationFor(operation);
    const call = new Call(target.name, target.config.timeout, { key, cost }, this.#environment.clock);
    try {
      void takeTokens(target, call, 'all', false);
      return undefined;
    } catch (error) {
      if (error instanceof RateLimitExceeded) return error;
      throw error;
    }
  }

  /** Adds an observer; the function returned removes it. */
  observe(observer: Observer): () => void {
    return this.#environment.notifier.add(observer);
  }

  /** Refuses new calls. Those under way end by themselves. */
  close(): void {
    this.#closed = true;
  }

  #start<T>(name: string, fn: AttemptFunction<T>, options: RunOptions<T>): Promise<T> {
    if (this.#closed) throw new BridgeClosedError(name);
    assertRunnable(name, fn, options);
    const operation = this.#operationFor(name);
    const { clock, notifier } = this.#environment;
    const call = new Call(operation.name, operation.config.timeout, options, clock);
    if (!notifier.active) return runCall(operation, call, fn, options.fallback);
    return notifier.around({ kind: 'call', call }, () => runCall(operation, call, fn, options.fallback));
  }

  #operationFor(name: string): Operation {
    const known = this.#operations.get(name);
    if (known !== undefined) return known;
    const configured = Object.keys(this.config.operations).length;
    const full = this.#operations.size >= configured + MAX_UNCONFIGURED_OPERATIONS;
    const other = full && !Object.hasOwn(this.config.operations, name) && name !== OTHER_OPERATION;
    return other ? this.#operationFor(OTHER_OPERATION) : this.#addOperation(name);
  }

  #addOperation(name: string): Operation {
    const config = Object.hasOwn(this.config.operations, name) ? this.config.operations[name] : undefined;
    const policies = config ?? NO_POLICIES;
    const limits =
      policies.rateLimit === null && policies.rateLimits.length === 0
        ? undefined
        : new OperationLimits(name, policies, overridesOf(this.config, name), this.rateLimiter);
    const operation = new Operation(name, policies, this.#environment, limits);
    this.#operations.set(name, operation);
    return operation;
  }

  #health(): OverallHealth {
    const checks = [...this.#operations.values()].flatMap(({ name, breaker }) =>
      breaker === undefined ? [] : [operationHealth(name, breaker.state)],
    );
    return { overall: aggregate(checks), checks };
  }
}

/**
 * Creates a bridge from a config: an object in camelCase and milliseconds, or what `loadRuntimeConfig` returned.
 *
 * @throws ConfigError that lists every problem; nothing is started then
 */
export function createBridge(config: RuntimeConfigInput = {}, options: BridgeOptions = {}): Bridge {
  return new Bridge(resolveRuntimeConfig(config), options);
}

function isBuiltIn(name: string, { operations }: RuntimeConfig): boolean {
  const builtIn = Object.hasOwn(DEFAULT_RATE_LIMITS, name) ? DEFAULT_RATE_LIMITS[name] : undefined;
  const { rateLimit, retry, circuitBreaker, bulkhead } = operations[name] ?? NO_POLICIES;
  return (
    builtIn !== undefined &&
    rateLimit?.capacity === builtIn.capacity &&
    rateLimit.windowSeconds === builtIn.windowSeconds &&
    retry === null &&
    circuitBreaker === null &&
    bulkhead === null
  );
}

function overridesOf(config: RuntimeConfig, operation: string) {
  const overrides = new Map<string, { capacity: number; windowSeconds: number }>();
  for (const [key, limits] of Object.entries(config.rateLimiting.overrides)) {
    const limit = limits[operation];
    if (limit !== undefined) overrides.set(key, limit);
  }
  return overrides;
}
