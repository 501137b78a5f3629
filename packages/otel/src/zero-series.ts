import type { BreakerState, PolicyMode, StoreState } from '@crossbridge/core';
import type { Attributes } from '@opentelemetry/api';
import { type BridgeState, type OperationState, rateLimitsOf } from './bridge-state.ts';
import { healthTransition } from './health-transition.ts';
import type { MeasurementSink } from './measurement-sink.ts';
import * as attribute from './signals/attributes.ts';
import { type AttributeDefinition, allowedValues, type CounterDefinition } from './signals/definitions.ts';
import * as metric from './signals/metrics.ts';

/** Every transition that a circuit breaker can make. */
const TRANSITIONS: readonly (readonly [from: BreakerState, to: BreakerState])[] = [
  ['closed', 'open'],
  ['open', 'half_open'],
  ['half_open', 'closed'],
  ['half_open', 'open'],
  ['closed', 'isolated'],
  ['open', 'isolated'],
  ['half_open', 'isolated'],
  ['isolated', 'closed'],
  ['open', 'closed'],
];

const STORE_TRANSITIONS: readonly (readonly [from: StoreState, to: StoreState])[] = [
  ['up', 'down'],
  ['down', 'ramping'],
  ['ramping', 'down'],
  ['ramping', 'up'],
];

/**
 * Makes every counter whose label sets are known from configuration begin at 0. Without it a series begins at its first value, and
 * Prometheus' `increase()` does not see the very burst an alert waits for.
 *
 * The series of `crossbridge.retry.decisions` begin without `error.type`: which errors will occur, nobody knows. Whether calls have
 * fallbacks nobody knows either.
 */
export class ZeroSeries {
  readonly #sink: MeasurementSink;
  readonly #started = new Set<string>();

  constructor(sink: MeasurementSink) {
    this.#sink = sink;
  }

  /** Starts what `state` has and what has not begun yet. */
  start(state: BridgeState): void {
    this.#once('process', () => {
      this.#each(metric.configReloads, attribute.reloadResult, {});
      this.#each(metric.telemetryLosses, attribute.telemetryLoss, {});
    });
    for (const operation of state.operations()) {
      this.#once(`operation ${zeroKey(operation)}`, () => this.#startOperation(operation));
    }
    if (state.rateLimitStore?.() !== undefined) this.#once('store', () => this.#startStore());
    for (const { check } of state.health?.()?.checks ?? []) {
      this.#once(`check ${check}`, () => this.#startCheck(check));
    }
  }

  #once(key: string, start: () => void): void {
    if (this.#started.has(key)) return;
    this.#started.add(key);
    start();
  }

  #startOperation(state: OperationState): void {
    const operation = { [attribute.operation.name]: state.operation };
    this.#zero(metric.retryWastedDuration, operation);
    this.#startRetries(operation, state);
    this.#startTimeouts(operation, state);
    for (const { name, mode } of rateLimitsOf(state)) {
      const limited = { ...operation, [attribute.rateLimitName.name]: name, ...inMode(mode) };
      this.#each(metric.rateLimitRequests, attribute.rateLimitResult, limited);
    }
    const { bulkhead, breaker } = state;
    if (bulkhead !== undefined) this.#zero(metric.bulkheadRejections, { ...operation, ...inMode(bulkhead.mode) });
    if (breaker === undefined) return;
    this.#zero(metric.breakerRejections, { ...operation, ...inMode(breaker.mode) });
    for (const [from, to] of TRANSITIONS) {
      const transition = { [attribute.breakerFrom.name]: from, [attribute.breakerTo.name]: to };
      this.#zero(metric.breakerTransitions, { ...operation, ...transition });
    }
  }

  #startRetries(operation: Attributes, state: OperationState): void {
    const retry = retryOf(state.retry);
    if (retry !== undefined) {
      this.#each(metric.retryDecisions, attribute.retryDecision, { ...operation, ...inMode(retry.mode) });
    }
    if (state.hedge !== undefined) {
      this.#each(metric.hedgeDecisions, attribute.hedgeDecision, { ...operation, ...inMode(state.hedge.mode) });
    }
  }

  #startTimeouts(operation: Attributes, { timeout }: OperationState): void {
    for (const scope of allowedValues(attribute.timeoutScope)) {
      if (timeout?.[scope] !== true) continue;
      const attributes = { ...operation, [attribute.timeoutScope.name]: scope, ...inMode(timeout.mode) };
      this.#zero(metric.timeoutExceeded, attributes);
    }
  }

  /** Every transition that a health check can make. */
  #startCheck(check: string): void {
    const statuses = allowedValues(attribute.healthStatus);
    for (const from of statuses) {
      for (const to of statuses)
        if (from !== to) this.#zero(metric.healthTransitions, healthTransition(check, from, to));
    }
  }

  /** Every transition that the store of shared rate limits can make. */
  #startStore(): void {
    for (const [from, to] of STORE_TRANSITIONS) {
      this.#zero(metric.storeTransitions, { [attribute.storeFrom.name]: from, [attribute.storeTo.name]: to });
    }
  }

  #each(counter: CounterDefinition, definition: AttributeDefinition, attributes: Attributes): void {
    for (const value of allowedValues(definition)) this.#zero(counter, { ...attributes, [definition.name]: value });
  }

  #zero(counter: CounterDefinition, attributes: Attributes): void {
    this.#sink.sum(counter, attributes).add(0);
  }
}

/** Differs between two states of an operation exactly where they have other series. */
function zeroKey(state: OperationState): string {
  const { operation, retry, hedge, timeout, bulkhead, breaker } = state;
  const limits = rateLimitsOf(state).map(({ name, mode }) => [name, mode]);
  const policies = [retryOf(retry), hedge, timeout, bulkhead, breaker].map((policy) => policy && [policy.mode]);
  return JSON.stringify([operation, policies, timeout?.attempt, timeout?.total, limits]);
}

function retryOf(retry: OperationState['retry']): { readonly mode?: PolicyMode | undefined } | undefined {
  if (retry === false) return undefined;
  return typeof retry === 'object' ? retry : {};
}

function inMode(mode: PolicyMode = 'enforce'): Attributes {
  return { [attribute.mode.name]: mode };
}
