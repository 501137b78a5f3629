import { type BridgeEvent, type CallInfo, isCrossbridgeError } from '@crossbridge/core';
import { expect } from 'vitest';
import type { Fact, Played, PlayedCall } from './play.ts';

type EventOf<K extends BridgeEvent['type']> = Extract<BridgeEvent, { type: K }>;

function eventsOf(call: PlayedCall): BridgeEvent[] {
  return call.facts.flatMap((fact) => (fact.what === 'event' ? [fact.event] : []));
}

function ofType<K extends BridgeEvent['type']>(call: PlayedCall, type: K): EventOf<K>[] {
  return eventsOf(call).filter((event): event is EventOf<K> => event.type === type);
}

function settled(call: PlayedCall): Extract<Fact, { what: 'settled' }> {
  const facts = call.facts.filter((fact) => fact.what === 'settled');
  expect(facts, 'a call settles exactly once').toHaveLength(1);
  return facts[0] as Extract<Fact, { what: 'settled' }>;
}

const CODES = {
  throttled: ['rate_limited'],
  rejected: ['circuit_open', 'bulkhead_full'],
  timeout: ['attempt_timeout', 'deadline_exceeded'],
};

/** One outcome, told once, at the end of the story; and it is what the caller got. */
export function endsOnce(call: PlayedCall): void {
  const events = eventsOf(call);
  expect(events[0]?.type).toBe('call.started');
  expect(events.at(-1)?.type).toBe('call.ended');
  expect(ofType(call, 'call.started')).toHaveLength(1);
  const [ended, ...more] = ofType(call, 'call.ended');
  expect(more).toEqual([]);
  const fact = settled(call);
  const fell = ofType(call, 'fallback.used').length === 1;
  const { fallback } = call.plan;
  const failed = ended?.outcome !== 'success' && ended?.outcome !== 'cancelled';
  expect(fell).toBe(failed && (fallback === 'value' || fallback === 'function'));
  if (fell) {
    expect(events.at(-2)?.type).toBe('fallback.used');
    expect(fact.value).toBe('fallback');
    return;
  }
  if (failed && fallback === 'throws') {
    expect(fact.error).toBe(call.fallbackError);
    return;
  }
  const code = isCrossbridgeError(fact.error) ? fact.error.code : undefined;
  const outcome = ended?.outcome ?? 'error';
  if (outcome === 'success') expect(fact.value).toBe('answer');
  else if (outcome === 'error') expect(call.thrown.has(fact.error), 'the very error of the callee').toBe(true);
  else if (outcome === 'cancelled') expect(fact.error).toBe(call.reason);
  else expect(CODES[outcome]).toContain(code);
}

/** Numbered without gaps, each started before it ended and ended before the call, run once each, never too many. */
export function countsAttempts(call: PlayedCall, { world }: Played): void {
  const started = ofType(call, 'attempt.started');
  const numbers = started.map(({ attempt }) => attempt);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  expect(call.facts.flatMap((fact) => (fact.what === 'ran' ? [fact.attempt] : []))).toEqual(numbers);
  expect(call.info?.attempts).toBe(numbers.length);
  const events = eventsOf(call);
  for (const start of started) {
    const ends = ofType(call, 'attempt.ended').filter(({ attempt }) => attempt === start.attempt);
    expect(ends.map(({ kind }) => kind)).toEqual([start.kind]);
    expect(events.indexOf(ends[0] as BridgeEvent)).toBeGreaterThan(events.indexOf(start));
    expect(start.kind === 'initial').toBe(start.attempt === 1);
  }
  expect(ofType(call, 'attempt.ended')).toHaveLength(started.length);
  const { hedge } = world.policies;
  const retry = (call.plan.retry === undefined ? world.policies.retry : call.plan.retry) || null;
  const allowed = retry?.maxAttempts ?? 1 + (hedge?.maxHedges ?? 0);
  expect(started.length).toBeLessThanOrEqual(Math.min(allowed, call.plan.maxAttempts ?? allowed));
}

/** Every retry was decided, and waited for as long as it was said. */
export function decidesRetries(call: PlayedCall): void {
  let due: { readonly atMs: number } | undefined;
  for (const fact of call.facts) {
    if (fact.what !== 'event') continue;
    const { event, atMs } = fact;
    if (event.type === 'retry.decided') {
      expect(due, 'a decision is carried out before the next').toBeUndefined();
      if (event.decision === 'retried' && event.mode === 'enforce') due = { atMs: atMs + event.delayMs };
    }
    if (event.type === 'attempt.started' && event.kind === 'retry') {
      expect(due, 'a retry follows a decision').toBeDefined();
      expect(atMs).toBeGreaterThanOrEqual((due?.atMs ?? 0) - 1e-6);
      due = undefined;
    }
  }
}

/** An abort ends the call in the same instant, and nothing runs after it. */
export function heedsAborts(call: PlayedCall): void {
  const aborted = call.facts.findIndex((fact) => fact.what === 'aborted');
  if (aborted === -1) return;
  const ended = call.facts.findIndex((fact) => fact.what === 'event' && fact.event.type === 'call.ended');
  if (ended < aborted && ended !== -1) return;
  expect(ofType(call, 'call.ended')[0]?.outcome).toBe('cancelled');
  expect(settled(call).atMs).toBe(call.facts[aborted]?.atMs);
  const after = call.facts.slice(aborted);
  expect(after.filter((fact) => fact.what === 'ran' || isStart(fact))).toEqual([]);
  for (const fact of after) {
    if (fact.what !== 'event') continue;
    const { event } = fact;
    if (event.type === 'attempt.ended') expect(event.outcome).toBe('cancelled');
    if (event.type === 'retry.decided') expect(event.decision).toBe('cancelled');
    expect(event.type, 'who goes away says nothing of the callee').not.toBe('circuit_breaker.changed');
  }
}

function isStart(fact: Fact): boolean {
  return fact.what === 'event' && fact.event.type === 'attempt.started';
}

/** No call outlives its deadline, and without hedges the phases of a call are its whole duration. */
export function accountsForTime(call: PlayedCall, { world }: Played): void {
  const { timeout, hedge } = world.policies;
  const durationMs = ofType(call, 'call.ended')[0]?.durationMs ?? Number.NaN;
  const totalMs = timeout.mode === 'enforce' ? timeout.totalMs : null;
  const budgetMs = Math.min(totalMs ?? Number.POSITIVE_INFINITY, call.plan.deadlineMs ?? Number.POSITIVE_INFINITY);
  // A timer that is set anew takes whole milliseconds, rounded up.
  expect(durationMs).toBeLessThanOrEqual(budgetMs + (world.sharesTimers ? 1 : 1e-6));
  for (const { errorType, durationMs: attemptMs } of ofType(call, 'attempt.ended')) {
    // A callee may fail with the same type, but not in this model.
    if (errorType === 'attempt_timeout') expect(attemptMs).toBeGreaterThanOrEqual((timeout.attemptMs ?? 0) - 1e-6);
  }
  if (hedge !== null || call.info === undefined) return;
  const { limiterMs, queueMs, attemptMs, backoffMs } = call.info;
  expect(limiterMs + queueMs + attemptMs + backoffMs).toBeCloseTo(durationMs, 6);
}

/** Neither the slots of the bulkhead nor the tokens of the limit are ever overdrawn. */
export function keepsLimits({ world, events }: Played): void {
  const { bulkhead, rateLimit } = world.policies;
  const running = new Map<unknown, number>();
  let tokens = 0;
  for (const { atMs, event } of events) {
    if (event.type === 'attempt.started') running.set(event.call, (running.get(event.call) ?? 0) + 1);
    if (event.type === 'attempt.ended') {
      const left = (running.get(event.call) ?? 0) - 1;
      if (left === 0) running.delete(event.call);
      else running.set(event.call, left);
    }
    if (bulkhead?.mode === 'enforce') expect(running.size).toBeLessThanOrEqual(bulkhead.limit);
    if (event.type === 'rate_limit.decided' && event.result === 'admitted' && rateLimit?.mode === 'enforce') {
      tokens += (event.call as unknown as { cost: number }).cost;
      const refilled = ((atMs - 1_000) / 1_000 / rateLimit.windowSeconds) * rateLimit.capacity;
      expect(tokens).toBeLessThanOrEqual(rateLimit.capacity + refilled + 1e-6);
    }
  }
}

/** What happens to callers does not hang on whether anybody watches. */
export function sameUnwatched(watched: Played, unwatched: Played): void {
  expect(unwatched.calls.map(courseOf)).toEqual(watched.calls.map(courseOf));
}

/** What is told of calls is the same, whether or not those that go through at once are told by one fact. */
export function sameStories(told: Played, plain: Played): void {
  expect(plain.calls.map(storyOf)).toEqual(told.calls.map(storyOf));
}

function storyOf({ info, facts }: PlayedCall): unknown {
  const { attempts, limiterMs, queueMs, attemptMs, backoffMs } = info as CallInfo;
  const events = facts.flatMap((fact) => (fact.what === 'event' ? [[whenOf(fact), detailsOf(fact.event)]] : []));
  return { attempts, limiterMs, queueMs, attemptMs, backoffMs, events };
}

/** The beginning of a call may be told late. */
function whenOf({ atMs, event }: Extract<Fact, { what: 'event' }>): number | undefined {
  if (event.type === 'call.started') return undefined;
  if (event.type === 'attempt.started' && event.attempt === 1) return undefined;
  return event.type === 'rate_limit.decided' && event.result === 'admitted' && event.waitMs === 0 ? undefined : atMs;
}

/** Without the level of a bucket, which is that of the moment in which it is told. */
function detailsOf(event: BridgeEvent): object {
  const { call: _call, ...details } = event;
  return event.type === 'rate_limit.decided' ? { ...details, limit: undefined, remaining: undefined } : details;
}

function courseOf({ facts }: PlayedCall): unknown[] {
  return facts.flatMap<unknown>((fact) => {
    if (fact.what === 'event') return [];
    return fact.what === 'settled' ? [{ ...fact, error: String(fact.error) }] : [fact];
  });
}

/** When every call has ended, nothing of them is left. */
export function leavesNothing({ left }: Played): void {
  expect(left).toEqual({ timers: 0, listeners: 0, active: 0, queued: 0, probeRefused: false });
}
