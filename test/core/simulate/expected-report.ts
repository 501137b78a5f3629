import type { BridgeEvent, CallOutcome } from '@crossbridge/core';
import type { OperationConfig } from '@crossbridge/core/config';
import type {
  CallFigures,
  OperationReport,
  Quantiles,
  SeriesReport,
} from '../../../packages/core/src/simulate/report.ts';
import type { Told, Watched } from './by-hand.ts';

const OUTCOMES: readonly CallOutcome[] = ['success', 'error', 'throttled', 'rejected', 'timeout', 'cancelled'];

type EventOf<K extends BridgeEvent['type']> = Extract<BridgeEvent, { type: K }>;

function all<K extends BridgeEvent['type']>(told: readonly Told[], type: K): (Told & { event: EventOf<K> })[] {
  return told.filter((each): each is Told & { event: EventOf<K> } => each.event.type === type);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

function served(told: readonly Told[]): (Told & { event: EventOf<'call.ended'> })[] {
  return all(told, 'call.ended').filter(({ event }) => !['throttled', 'rejected'].includes(event.outcome));
}

function figures(told: readonly Told[]): CallFigures {
  const calls = all(told, 'call.started').length;
  const ends = all(told, 'call.ended').map(({ event }) => event);
  const starts = all(told, 'attempt.started').map(({ event }) => event);
  const kinds = tally(starts.map(({ kind }) => kind));
  const outcomes = tally(ends.map(({ outcome }) => outcome));
  const admitted = new Set(starts.map(({ call }) => call)).size;
  const good = served(told).map(({ event }) => event);
  return {
    calls,
    admitted,
    outcomes: Object.fromEntries(OUTCOMES.map((each) => [each, outcomes[each] ?? 0])) as Record<CallOutcome, number>,
    unfinished: calls - ends.length,
    errorTypes: tally(ends.flatMap(({ errorType }) => errorType ?? [])),
    attempts: starts.length,
    retried: kinds.retry ?? 0,
    hedged: kinds.hedge ?? 0,
    amplification: admitted === 0 ? 0 : starts.length / admitted,
    latencyMs:
      good.length === 0
        ? null
        : {
            total: quantiles(good.map(({ durationMs }) => durationMs)),
            limiter: quantiles(good.map(({ call }) => call.limiterMs)),
            queue: quantiles(good.map(({ call }) => call.queueMs)),
            attempt: quantiles(good.map(({ call }) => call.attemptMs)),
            backoff: quantiles(good.map(({ call }) => call.backoffMs)),
          },
    timeMs: {
      limiter: total(ends.map(({ call }) => call.limiterMs)),
      queue: total(ends.map(({ call }) => call.queueMs)),
      attempt: total(ends.map(({ call }) => call.attemptMs)),
      backoff: total(ends.map(({ call }) => call.backoffMs)),
    },
  };
}

function openMs(told: readonly Told[], target: string | undefined, endMs: number): number {
  const changes = all(told, 'circuit_breaker.changed').filter(({ event }) => event.target === target);
  return total(
    changes.map(({ atMs, event }, index) => (event.to === 'open' ? (changes[index + 1]?.atMs ?? endMs) - atMs : 0)),
  );
}

function policies(told: readonly Told[], config: OperationConfig, endMs: number): OperationReport['policies'] {
  const { rateLimit, rateLimits, bulkhead, circuitBreaker, retry, hedge, timeout } = config;
  const count = (type: BridgeEvent['type']): number => all(told, type).length;
  const scopes = tally(all(told, 'timeout.exceeded').map(({ event }) => event.scope));
  const changes = all(told, 'circuit_breaker.changed');
  return {
    limits: [...(rateLimit === null ? [] : [rateLimit]), ...rateLimits].map(({ name, mode }) => {
      const verdicts = all(told, 'rate_limit.decided').flatMap(({ event }) =>
        event.rateLimit === name ? [event] : [],
      );
      const results = tally(verdicts.map(({ result }) => result));
      const waits = verdicts.flatMap(({ waitMs }) => (waitMs > 0 ? [waitMs] : []));
      const { admitted = 0, throttled = 0, cancelled = 0 } = results;
      return { name, mode, admitted, throttled, cancelled, waited: waits.length, waitedMs: total(waits) };
    }),
    bulkhead: bulkhead && {
      mode: bulkhead.mode,
      rejected: count('bulkhead.rejected'),
      waited: count('bulkhead.admitted'),
    },
    circuitBreaker: circuitBreaker && {
      mode: circuitBreaker.mode,
      rejected: count('circuit_breaker.rejected'),
      transitions: changes.map(({ atMs, event: { from, to, target = null } }) => ({ atMs, target, from, to })),
      transitionsLeftOut: 0,
      openMs: total([...new Set(changes.map(({ event }) => event.target))].map((each) => openMs(told, each, endMs))),
    },
    retry: retry
      ? { mode: retry.mode, decisions: tally(all(told, 'retry.decided').map(({ event }) => event.decision)) }
      : null,
    hedge: hedge && {
      mode: hedge.mode,
      decisions: tally(all(told, 'hedge.decided').map(({ event }) => event.decision)),
    },
    timeout:
      timeout.attemptMs === null && timeout.totalMs === null
        ? null
        : { mode: timeout.mode, attempt: scopes.attempt ?? 0, total: scopes.total ?? 0 },
  };
}

function series(told: readonly Told[], bucketMs: number, endMs: number): SeriesReport {
  const steps: Told[][] = [];
  for (let fromMs = 0; fromMs <= endMs; fromMs += bucketMs) {
    steps.push(told.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + bucketMs));
  }
  const durations = steps.map((step) => served(step).map(({ event }) => event.durationMs));
  const ended = (outcome: CallOutcome): number[] =>
    steps.map((step) => all(step, 'call.ended').filter(({ event }) => event.outcome === outcome).length);
  return {
    calls: steps.map((step) => all(step, 'call.started').length),
    attempts: steps.map((step) => all(step, 'attempt.started').length),
    repeated: steps.map((step) => all(step, 'attempt.started').filter(({ event }) => event.kind !== 'initial').length),
    outcomes: Object.fromEntries(OUTCOMES.map((each) => [each, ended(each)])) as unknown as SeriesReport['outcomes'],
    latencyMs: {
      p50: durations.map((each) => (each.length === 0 ? null : quantiles(each).p50)),
      p99: durations.map((each) => (each.length === 0 ? null : quantiles(each).p99)),
    },
  };
}

/** The report of an operation, made the long way from everything that was told. */
export function expectedReport(
  operation: string,
  config: OperationConfig,
  { told, upstreams, endMs }: Watched,
  bucketMs: number,
): OperationReport {
  const own = told.get(operation) ?? [];
  const targets = [...(upstreams.get(operation) ?? [])];
  return {
    operation,
    ...figures(own),
    policies: policies(own, config, endMs),
    targets: targets.flatMap(([target, upstream]) =>
      target === undefined
        ? []
        : [
            {
              target,
              ...figures(own.filter((each) => each.target === target)),
              openMs: openMs(own, target, endMs),
              upstream,
            },
          ],
    ),
    upstream: upstreams.get(operation)?.get(undefined) ?? null,
    series: series(own, bucketMs, endMs),
  };
}
