import type { Attributes, BatchObservableResult, ObservableGauge } from '@opentelemetry/api';
import { type BridgeState, type HealthState, type OperationState, rateLimitsOf } from './bridge-state.ts';
import type { Instruments } from './instruments.ts';
import * as attribute from './signals/attributes.ts';
import { type AttributeDefinition, allowedValues } from './signals/definitions.ts';

/** The instruments that {@link observeState} fills. */
export function stateGauges(instruments: Instruments): ObservableGauge[] {
  return [
    instruments.rateLimitLimit,
    instruments.bulkheadActive,
    instruments.bulkheadQueued,
    instruments.bulkheadLimit,
    instruments.breakerState,
    instruments.healthStatus,
    instruments.healthOverall,
    instruments.healthFlapping,
    instruments.patchStatus,
  ];
}

/** Writes the live state into the gauges of one collection. */
export function observeState(result: BatchObservableResult, instruments: Instruments, state: BridgeState): void {
  for (const operation of state.operations()) observeOperation(result, instruments, operation);
  const health = state.health?.();
  if (health !== undefined) observeHealth(result, instruments, health);
  for (const { module, status } of state.patches?.() ?? []) {
    const attributes = { [attribute.patchModule.name]: module };
    observeOneHot(result, instruments.patchStatus, attribute.patchStatus, status, attributes);
  }
}

function observeOperation(result: BatchObservableResult, instruments: Instruments, state: OperationState): void {
  const attributes = { [attribute.operation.name]: state.operation };
  const { breaker, bulkhead } = state;
  if (breaker !== undefined) {
    observeOneHot(result, instruments.breakerState, attribute.breakerState, breaker.state, attributes);
  }
  if (bulkhead !== undefined) {
    result.observe(instruments.bulkheadActive, bulkhead.active, attributes);
    result.observe(instruments.bulkheadQueued, bulkhead.queued, attributes);
    result.observe(instruments.bulkheadLimit, bulkhead.limit, attributes);
  }
  for (const rateLimit of rateLimitsOf(state)) {
    const named = { ...attributes, [attribute.rateLimitName.name]: rateLimit.name };
    result.observe(instruments.rateLimitLimit, rateLimit.limit, named);
  }
}

function observeHealth(result: BatchObservableResult, instruments: Instruments, health: HealthState): void {
  observeOneHot(result, instruments.healthOverall, attribute.healthStatus, health.overall, {});
  for (const { check, status, flapping = false } of health.checks) {
    const attributes = { [attribute.healthCheck.name]: check };
    result.observe(instruments.healthFlapping, flapping ? 1 : 0, attributes);
    observeOneHot(result, instruments.healthStatus, attribute.healthStatus, status, attributes);
  }
}

function observeOneHot<Value extends string>(
  result: BatchObservableResult,
  gauge: ObservableGauge,
  definition: AttributeDefinition<Value>,
  current: Value,
  attributes: Attributes,
): void {
  for (const value of allowedValues(definition)) {
    result.observe(gauge, value === current ? 1 : 0, { ...attributes, [definition.name]: value });
  }
}
