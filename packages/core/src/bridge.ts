import { assertObserver, type BridgeOptions } from './bridge-options.ts';
import { type BridgeStateView, rateLimiterState, rateLimitStoreState } from './bridge-state.ts';
import type { BreakerControl } from './circuit-breaker/breaker-registry.ts';
import type { Classifier } from './classification/classify.ts';
import { ErrorMeanings } from './classification/error-meanings.ts';
import type { ErrorExplanation } from './classification/explain.ts';
import { type Clock, systemClock } from './clock.ts';
import { type ConfigChange, diffConfig } from './config/diff.ts';
import type { RuntimeConfigInput } from './config/input.ts';
import { resolveRuntimeConfig } from './config/resolve.ts';
import type { OperationConfig, RuntimeConfig } from './config/types.ts';
import { BridgeClosedError, type RateLimitExceeded } from './errors.ts';
import type { BridgeHealth } from './health/bridge-health.ts';
import { assertQuota, type Quota } from './health/quota.ts';
import type { HealthRegistry } from './health/registry.ts';
import { assertReserveOptions, assertRetryOptions } from './method-options.ts';
import { Notifier } from './notifier.ts';
import type { Observer } from './observer.ts';
import { asAttempts } from './one-authority.ts';
import type { AttemptFunction } from './pipeline/attempt.ts';
import { Call } from './pipeline/call.ts';
import { checkAlone, reserveAlone } from './pipeline/limits-alone.ts';
import type { Environment } from './pipeline/operation.ts';
import { NO_POLICIES, OperationRegistry } from './pipeline/operation-registry.ts';
import { stateOf } from './pipeline/operation-state.ts';
import { runCall } from './pipeline/run.ts';
import { watchHealth } from './pipeline/watch-health.ts';
import type { CallKey } from './rate-limit/call-key.ts';
import type { ReserveOptions } from './rate-limit/operation-limits.ts';
import { RateLimiter } from './rate-limit/rate-limiter.ts';
import type { Reservation } from './rate-limit/reservation.ts';
import { checkStore, sharedLimitsOf } from './rate-limit/shared/bridge-store.ts';
import type { SharedRateLimiter } from './rate-limit/shared/shared-limiter.ts';
import type { RetryPolicyOptions } from './retry/policy.ts';
import { type RetryOptions, retryCall } from './retry/retry-call.ts';
import { assertRunnable, NO_OPTIONS, type RunOptions } from './run-options.ts';

function nothing(): void {}

/** One configured instance: its operations, limiter, health and observers. */
export class Bridge {
  #config: RuntimeConfig;
  /** Buckets of every rate limit of this process; `check` uses the bucket of exactly the key it is given. */
  readonly rateLimiter: RateLimiter;
  /** Limits shared with other processes; undefined without a store. {@link close} leaves it open for calls under way: close it after them. */
  readonly sharedLimits: SharedRateLimiter | undefined;
  readonly state: BridgeStateView = {
    operations: () => [...this.#operations.all()].map(stateOf),
    rateLimiter: () => rateLimiterState(this.rateLimiter),
    rateLimitStore: () => rateLimitStoreState(this.sharedLimits),
    health: () => this.#health.evaluate(),
    ready: () => this.#health.isReady(),
  };
  readonly #clock: Clock;
  readonly #meanings: ErrorMeanings;
  readonly #environment: Environment;
  readonly #operations: OperationRegistry;
  readonly #health: BridgeHealth;
  #closed = false;

  /** Use `createBridge`. */
  constructor(config: RuntimeConfig, options: BridgeOptions) {
    const clock = options.clock ?? systemClock;
    this.#config = config;
    this.#clock = clock;
    this.#meanings = new ErrorMeanings(options.errorRules, () => clock.wallNow());
    this.rateLimiter = new RateLimiter({ maxKeys: config.rateLimiting.maxKeys, clock });
    const notifier = new Notifier(options.onObserverError);
    this.sharedLimits = sharedLimitsOf(config.rateLimiting, options, clock, notifier);
    this.#environment = {
      clock,
      random: options.random ?? Math.random,
      notifier,
      sharedLimits: this.sharedLimits,
      classify: this.#meanings.classifier(config),
    };
    const classifierFor = (operation: OperationConfig): Classifier =>
      this.#meanings.classifier(this.#config, operation);
    this.#operations = new OperationRegistry(config, this.#environment, this.rateLimiter, classifierFor);
    this.#health = watchHealth(config, this.#environment, this.#operations);
    checkStore(this.sharedLimits, this.#health.registry);
    for (const observer of options.observers ?? []) this.observe(observer);
  }

  /** The health checks; those of `health_checks.providers` with an address are there already. They run on schedule until {@link close}. */
  get health(): HealthRegistry {
    return this.#health.registry;
  }

  /** The config in force, finished and frozen. {@link apply} replaces it as a whole. */
  get config(): RuntimeConfig {
    return this.#config;
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
    assertRetryOptions(options);
    const host = { environment: this.#environment, retry: this.#config.retry, bare: NO_POLICIES };
    return retryCall(host, fn, policy, options);
  }

  /**
   * Takes `cost` tokens of `key` from the limits of `operation`, without a call. Undefined when it may go on (the operation may have no
   * limit, or one in shadow mode); else the refusal, to be thrown or not.
   *
   * @throws InvalidArgumentError when the cost can never pass, or processes share a limit: only {@link reserve} can ask those
   */
  checkRateLimit(key: CallKey, operation: string, cost = 1): RateLimitExceeded | undefined {
    assertRunnable(operation, nothing, { key, cost });
    return checkAlone(this.#operations.of(operation), key, cost);
  }

  /**
   * Takes an estimate of tokens from the limits of `operation`, to be settled when the real cost is known: for costs that only the answer
   * tells, like those of a language model. Waits as long as the limits let a call wait. Without a limit everything is granted.
   *
   * @throws RateLimitExceeded when the tokens do not come in time; the signal's reason; BridgeClosedError after {@link close};
   * InvalidArgumentError for arguments that cannot work
   */
  async reserve(key: CallKey, operation: string, estimate: number, options: ReserveOptions = {}): Promise<Reservation> {
    if (this.#closed) throw new BridgeClosedError(operation);
    assertRunnable(operation, nothing, { key });
    assertReserveOptions(operation, options);
    return reserveAlone(this.#operations.of(operation), this.rateLimiter, key, estimate, options);
  }

  /**
   * The circuit breaker of `operation`, to be held open or closed by hand; undefined when it has none. Where each target has its own
   * it stands for all of them, and for those to come; with `target` for that one alone, undefined where targets have none of their own.
   */
  circuitBreaker(operation: string, target?: string): BreakerControl | undefined {
    // What nobody configured has no breaker, and asking must not make it an operation of this bridge.
    if (!Object.hasOwn(this.#config.operations, operation)) return undefined;
    const { breakers } = this.#operations.of(operation);
    return target === undefined ? breakers : breakers?.control(target);
  }

  /** False while degraded mode (`health_checks.degraded_mode`) has switched the feature off. True for one that nobody named. */
  isFeatureEnabled(name: string): boolean {
    return this.#health.isFeatureEnabled(name);
  }

  /**
   * Takes down what the provider behind `operation` says is left of a quota: for health and metrics; it limits nothing.
   *
   * @throws InvalidArgumentError for numbers that are none
   */
  noteQuota(operation: string, quota: Quota): void {
    const { quotas } = this.#operations.of(operation);
    quotas.note(assertQuota(quota), this.#clock.now());
  }

  /**
   * What `error` means to `operation`, or to one without rules of its own: class, retry, breaker, which rule decided, and on which error
   * of the chain. Goes by every rule in force, those given in code first.
   */
  explain(error: unknown, operation?: string): ErrorExplanation {
    return this.#meanings.explain(error, this.#config, operation);
  }

  /**
   * Goes on with another config, all of it or, when it has problems, none. Live state carries over: levels of buckets, queues, breaker
   * states and windows, running calls. `admin`, `shutdown`, `telemetry` and
   * `max_keys` and `store` of `rate_limiting` are read at the start only.
   *
   * @returns what changed
   * @throws ConfigError that lists every problem; the bridge goes on as before
   */
  apply(input: RuntimeConfigInput): readonly ConfigChange[] {
    const { notifier } = this.#environment;
    let next: RuntimeConfig;
    try {
      next = resolveRuntimeConfig(input);
    } catch (error) {
      this.rejectReload();
      throw error;
    }
    const changes = diffConfig(this.#config, next);
    this.#config = next;
    this.#environment.classify = this.#meanings.classifier(next);
    this.#operations.configure(next);
    this.#health.configure(next);
    const changed = changes.flatMap(({ operation }) => operation ?? []);
    notifier.tell({ type: 'config.reloaded', result: 'applied', changed, call: undefined });
    return changes;
  }

  /** Tells the observers of a reload that was refused before it came to {@link apply}: a file that cannot be read, say. */
  rejectReload(): void {
    this.#environment.notifier.tell({ type: 'config.reloaded', result: 'rejected', changed: [], call: undefined });
  }

  /** Adds an observer; the function returned removes it. */
  observe(observer: Observer): () => void {
    assertObserver(observer, 'An observer');
    return this.#environment.notifier.add(observer);
  }

  /**
   * Refuses new calls ({@link run}, {@link retry}, {@link reserve}) with a BridgeClosedError. Calls under way end by themselves, under
   * their policies: those that wait for tokens, a slot or their next attempt, too. Whoever cannot wait for them aborts their signals.
   * Observers are told to the end, and limits keep their books ({@link checkRateLimit}, `settle`). Health checks run no more.
   */
  close(): void {
    this.#closed = true;
    this.#health.close();
  }

  /** {@link close}, for `using`. */
  [Symbol.dispose] = (): void => this.close();

  #start<T>(name: string, fn: AttemptFunction<T>, options: RunOptions<T>): Promise<T> {
    if (this.#closed) throw new BridgeClosedError(name);
    assertRunnable(name, fn, options);
    const operation = this.#operations.of(name);
    const call = new Call(operation.name, operation.config.timeout, options, this.#clock);
    if (options.retry !== undefined) this.#operations.setRetry(operation, call, options.retry);
    return runCall(operation, call, asAttempts(operation, call, fn), options.fallback);
  }
}
