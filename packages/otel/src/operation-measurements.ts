import type { BridgeEvent, CallInfo, Observer } from '@crossbridge/core';
import type { Attributes, Context } from '@opentelemetry/api';
import type { Phase } from './bridge-state.ts';
import type { Distribution, MeasurementSink, Sum } from './measurement-sink.ts';
import * as attribute from './signals/attributes.ts';
import * as metric from './signals/metrics.ts';

export type PlainCall = Parameters<Required<Observer>['plain']>[0];

type Told<Type extends BridgeEvent['type']> = Extract<BridgeEvent, { readonly type: Type }>;

interface LimitMeasurements {
  readonly admitted: Sum;
  readonly wait: Distribution;
}

/** What every call of one operation measures, with its label sets at hand: what is rare is looked up when it happens. */
export class OperationMeasurements {
  readonly operation: string;
  readonly #sink: MeasurementSink;
  readonly #operation: Attributes;
  readonly #limits = new Map<string, LimitMeasurements>();
  /** The names that the last plain call came with, and what they stand for: calls come with the same list until the config is reloaded. */
  #names: readonly string[] = [];
  #named: readonly LimitMeasurements[] = [];
  readonly #phases: Partial<Record<Phase, Distribution>> = {};
  #callSuccess: Distribution | undefined;
  #attemptSuccess: Distribution | undefined;

  constructor(operation: string, sink: MeasurementSink) {
    this.operation = operation;
    this.#sink = sink;
    this.#operation = { [attribute.operation.name]: operation };
  }

  /** What the events of such a call would measure. */
  plain({ durationMs, attemptMs, rateLimits }: PlainCall, context: Context | undefined): void {
    for (const limit of this.#limitsOf(rateLimits)) {
      limit.admitted.add(1);
      limit.wait.record(0, context);
    }
    const attemptSeconds = attemptMs / 1000;
    this.#succeeded().record(durationMs / 1000, context);
    this.#attemptSucceeded().record(attemptSeconds, context);
    // A phase that the call did not enter is not recorded.
    if (attemptMs > 0) (this.#phases.attempt ?? this.#phaseOf('attempt')).record(attemptSeconds, context);
  }

  rateLimit(event: Told<'rate_limit.decided'>, context: Context | undefined): void {
    if (event.result === 'admitted' && event.mode === 'enforce') {
      const limit = this.#limits.get(event.rateLimit) ?? this.#addLimit(event.rateLimit);
      limit.admitted.add(1);
      limit.wait.record(event.waitMs / 1000, context);
      return;
    }
    const labels = {
      ...this.#operation,
      [attribute.rateLimitName.name]: event.rateLimit,
      [attribute.rateLimitResult.name]: event.result,
    };
    this.#sink.sum(metric.rateLimitRequests, { ...labels, [attribute.mode.name]: event.mode }).add(1);
    if (event.mode !== 'enforce') return;
    this.#sink.histogram(metric.rateLimitWaitDuration, labels).record(event.waitMs / 1000, context);
  }

  attempt(event: Told<'attempt.ended'>, context: Context | undefined): void {
    const seconds = event.durationMs / 1000;
    if (event.outcome === 'success' && event.kind === 'initial') {
      this.#attemptSucceeded().record(seconds, context);
      return;
    }
    const labels: Attributes = {
      ...this.#operation,
      [attribute.attemptKind.name]: event.kind,
      [attribute.outcome.name]: event.outcome,
    };
    this.#sink.histogram(metric.attemptDuration, withErrorType(labels, event.errorType)).record(seconds, context);
    if (event.outcome === 'error' || event.outcome === 'timeout') {
      this.#sink.sum(metric.retryWastedDuration, this.#operation).add(seconds);
    }
  }

  call(event: Told<'call.ended'>, context: Context | undefined): void {
    const { call } = event;
    this.#ended(event).record(event.durationMs / 1000, context);
    this.#phase('limiter', call.limiterMs, context);
    this.#phase('queue', call.queueMs, context);
    this.#phase('attempt', call.attemptMs, context);
    this.#phase('backoff', call.backoffMs, context);
  }

  #ended({ outcome, errorType }: Told<'call.ended'>): Distribution {
    if (outcome !== 'success') {
      const labels: Attributes = { ...this.#operation, [attribute.outcome.name]: outcome };
      return this.#sink.histogram(metric.callDuration, withErrorType(labels, errorType));
    }
    return this.#succeeded();
  }

  #succeeded(): Distribution {
    this.#callSuccess ??= this.#sink.histogram(metric.callDuration, {
      ...this.#operation,
      [attribute.outcome.name]: 'success',
    });
    return this.#callSuccess;
  }

  #attemptSucceeded(): Distribution {
    this.#attemptSuccess ??= this.#sink.histogram(metric.attemptDuration, {
      ...this.#operation,
      [attribute.attemptKind.name]: 'initial',
      [attribute.outcome.name]: 'success',
    });
    return this.#attemptSuccess;
  }

  /** A phase that the call did not enter is not recorded. */
  #phase(phase: Phase, ms: number, context: Context | undefined): void {
    if (!(ms > 0)) return;
    (this.#phases[phase] ?? this.#phaseOf(phase)).record(ms / 1000, context);
  }

  #phaseOf(phase: Phase): Distribution {
    const labels = { ...this.#operation, [attribute.phase.name]: phase };
    const added = this.#sink.histogram(metric.callPhaseDuration, labels);
    this.#phases[phase] = added;
    return added;
  }

  #limitsOf(names: readonly string[]): readonly LimitMeasurements[] {
    if (names !== this.#names) {
      this.#named = names.map((name) => this.#limits.get(name) ?? this.#addLimit(name));
      this.#names = names;
    }
    return this.#named;
  }

  #addLimit(name: string): LimitMeasurements {
    const labels = {
      ...this.#operation,
      [attribute.rateLimitName.name]: name,
      [attribute.rateLimitResult.name]: 'admitted',
    };
    const added = {
      admitted: this.#sink.sum(metric.rateLimitRequests, { ...labels, [attribute.mode.name]: 'enforce' }),
      wait: this.#sink.histogram(metric.rateLimitWaitDuration, labels),
    };
    this.#limits.set(name, added);
    return added;
  }
}

export function ofOperation(call: CallInfo): Attributes {
  return { [attribute.operation.name]: call.operation };
}

export function withErrorType(attributes: Attributes, errorType: string | undefined): Attributes {
  if (errorType !== undefined) attributes[attribute.errorType.name] = errorType;
  return attributes;
}
