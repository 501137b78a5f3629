import { isDeepStrictEqual } from 'node:util';
import type { Classifier } from '../classification/classify.ts';
import { DEFAULT_RATE_LIMITS, NO_TIMEOUT } from '../config/defaults.ts';
import type { OperationConfig, RuntimeConfig } from '../config/types.ts';
import { OperationLimits } from '../rate-limit/operation-limits.ts';
import type { RateLimiter } from '../rate-limit/rate-limiter.ts';
import type { RetryPolicyOptions } from '../retry/policy.ts';
import type { Call } from './call.ts';
import { askedRetry } from './call-retry.ts';
import { type Environment, Operation } from './operation.ts';

/** Names the config does not know are bounded too; those beyond share this one, so that no metric grows without end. */
const OTHER_OPERATION = '_OTHER';
const MAX_UNCONFIGURED_OPERATIONS = 256;

export const NO_POLICIES: OperationConfig = {
  rateLimit: null,
  rateLimits: [],
  retry: null,
  retryBudget: null,
  hedge: null,
  circuitBreaker: null,
  bulkhead: null,
  timeout: NO_TIMEOUT,
};

/** The operations of a bridge by name: those that the config names, and a bounded number of others. */
export class OperationRegistry {
  readonly #environment: Environment;
  readonly #limiter: RateLimiter;
  readonly #classifierFor: (policies: OperationConfig) => Classifier;
  readonly #operations = new Map<string, Operation>();
  #config: RuntimeConfig;

  /** `classifierFor` makes the classifier of an operation that has error rules of its own. */
  constructor(
    config: RuntimeConfig,
    environment: Environment,
    limiter: RateLimiter,
    classifierFor: (policies: OperationConfig) => Classifier,
  ) {
    this.#config = config;
    this.#environment = environment;
    this.#limiter = limiter;
    this.#classifierFor = classifierFor;
    this.#addNamed();
  }

  all(): Iterable<Operation> {
    return this.#operations.values();
  }

  /** The operation of that name, if the config names it or a call has been made; nothing is added. */
  find(name: string): Operation | undefined {
    return this.#operations.get(name);
  }

  of(name: string): Operation {
    const known = this.#operations.get(name);
    if (known !== undefined) return known;
    const configured = Object.keys(this.#config.operations).length;
    const full = this.#operations.size >= configured + MAX_UNCONFIGURED_OPERATIONS;
    const other = full && !Object.hasOwn(this.#config.operations, name) && name !== OTHER_OPERATION;
    return other ? this.of(OTHER_OPERATION) : this.#add(name);
  }

  /**
   * Gives a call the retry policy that its caller asks for.
   *
   * @throws InvalidArgumentError for a policy that nobody knows or that cannot work
   */
  setRetry(operation: Operation, call: Call, asked: string | RetryPolicyOptions | false): void {
    const { retry } = this.#config;
    call.retry = askedRetry(asked, retry);
    if (call.retry !== null) operation.lendBudget(retry.budget);
  }

  /** Goes on with another config; what is live carries over. */
  configure(config: RuntimeConfig): void {
    this.#config = config;
    for (const operation of this.#operations.values()) {
      const policies = this.#policiesOf(operation.name);
      const { limits } = operation;
      operation.environment.classify = this.#classifierOf(policies);
      // Those who wait keep waiting in the limits that there are, under the new figures or under none.
      limits?.configure(policies, overridesOf(config, operation.name));
      operation.configure(policies, limits ?? this.#limitsOf(operation.name, policies));
    }
    this.#addNamed();
  }

  #addNamed(): void {
    for (const name of Object.keys(this.#config.operations)) {
      // The limits that everybody has by default are no news of this service until it uses them.
      if (!this.#operations.has(name) && !isBuiltIn(name, this.#config)) this.#add(name);
    }
  }

  #add(name: string): Operation {
    const policies = this.#policiesOf(name);
    const environment = { ...this.#environment, classify: this.#classifierOf(policies) };
    const operation = new Operation(name, policies, environment, this.#limitsOf(name, policies));
    this.#operations.set(name, operation);
    return operation;
  }

  #classifierOf(policies: OperationConfig): Classifier {
    return policies.errorRules === undefined ? this.#environment.classify : this.#classifierFor(policies);
  }

  #policiesOf(name: string): OperationConfig {
    const { operations } = this.#config;
    return (Object.hasOwn(operations, name) ? operations[name] : undefined) ?? NO_POLICIES;
  }

  #limitsOf(name: string, policies: OperationConfig): OperationLimits | undefined {
    if (policies.rateLimit === null && policies.rateLimits.length === 0) return undefined;
    const { sharedLimits } = this.#environment;
    return new OperationLimits(name, policies, overridesOf(this.#config, name), this.#limiter, sharedLimits);
  }
}

function isBuiltIn(name: string, { operations }: RuntimeConfig): boolean {
  const builtIn = Object.hasOwn(DEFAULT_RATE_LIMITS, name) ? DEFAULT_RATE_LIMITS[name] : undefined;
  const { rateLimit, ...others } = operations[name] ?? NO_POLICIES;
  const { rateLimit: _none, ...nothing } = NO_POLICIES;
  return (
    builtIn !== undefined &&
    rateLimit?.capacity === builtIn.capacity &&
    rateLimit.windowSeconds === builtIn.windowSeconds &&
    isDeepStrictEqual(others, nothing)
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
