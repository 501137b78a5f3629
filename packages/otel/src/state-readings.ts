import type { Attributes } from '@opentelemetry/api';
import { type BridgeState, type HealthState, type OperationState, rateLimitsOf } from './bridge-state.ts';
import * as attribute from './signals/attributes.ts';
import {
  type AttributeDefinition,
  allowedValues,
  type GaugeDefinition,
  type UpDownCounterDefinition,
} from './signals/definitions.ts';
import * as metric from './signals/metrics.ts';

/** What is read from live state whenever a reader collects, and never recorded. */
export type StateDefinition = GaugeDefinition | UpDownCounterDefinition;

export type Observe = (definition: StateDefinition, value: number, attributes: Attributes) => void;

/** Hands the live state to a reader. */
export function observeState(observe: Observe, state: BridgeState): void {
  for (const operation of state.operations()) observeOperation(observe, operation);
  const limiter = state.rateLimiter?.();
  if (limiter !== undefined) observe(metric.rateLimitKeys, limiter.keys, {});
  const store = state.rateLimitStore?.();
  if (store !== undefined) {
    observe(metric.storeLeasedTokens, store.leasedTokens, {});
    observeOneHot(observe, metric.storeState, attribute.storeState, store.state, {});
  }
  const health = state.health?.();
  if (health !== undefined) observeHealth(observe, health);
  const ready = state.ready?.();
  if (ready !== undefined) observe(metric.healthReady, ready ? 1 : 0, {});
  for (const { module, status } of state.patches?.() ?? []) {
    const attributes = { [attribute.patchModule.name]: module };
    observeOneHot(observe, metric.patchStatus, attribute.patchStatus, status, attributes);
  }
}

function observeOperation(observe: Observe, state: OperationState): void {
  const attributes = { [attribute.operation.name]: state.operation };
  const { active, breaker, bulkhead, retryBudget } = state;
  if (active !== undefined) observe(metric.callActive, active, attributes);
  if (retryBudget !== undefined) observe(metric.retryBudgetRemaining, retryBudget, attributes);
  if (breaker !== undefined) {
    observeOneHot(observe, metric.breakerState, attribute.breakerState, breaker.state, attributes);
  }
  if (bulkhead !== undefined) {
    observe(metric.bulkheadActive, bulkhead.active, attributes);
    observe(metric.bulkheadQueued, bulkhead.queued, attributes);
    observe(metric.bulkheadLimit, bulkhead.limit, attributes);
  }
  for (const rateLimit of rateLimitsOf(state)) {
    const named = { ...attributes, [attribute.rateLimitName.name]: rateLimit.name };
    observe(metric.rateLimitLimit, rateLimit.limit, named);
  }
  for (const { name, remaining, limit } of state.quotas ?? []) {
    const named = { ...attributes, [attribute.quotaName.name]: name };
    observe(metric.quotaRemaining, remaining, named);
    if (limit !== undefined) observe(metric.quotaLimit, limit, named);
  }
}

function observeHealth(observe: Observe, health: HealthState): void {
  observeOneHot(observe, metric.healthOverall, attribute.healthStatus, health.overall, {});
  for (const { check, status, flapping = false, required = false } of health.checks) {
    const attributes = { [attribute.healthCheck.name]: check };
    observe(metric.healthFlapping, flapping ? 1 : 0, attributes);
    observe(metric.healthRequired, required ? 1 : 0, attributes);
    observeOneHot(observe, metric.healthStatus, attribute.healthStatus, status, attributes);
  }
}

function observeOneHot<Value extends string>(
  observe: Observe,
  gauge: GaugeDefinition,
  definition: AttributeDefinition<Value>,
  current: Value,
  attributes: Attributes,
): void {
  for (const value of allowedValues(definition)) {
    observe(gauge, value === current ? 1 : 0, { ...attributes, [definition.name]: value });
  }
}
