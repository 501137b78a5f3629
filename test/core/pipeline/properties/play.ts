import { getEventListeners } from 'node:events';
import type { AttemptContext, BridgeEvent, CallInfo, RunOptions } from '@crossbridge/core';
import { ConfigError, type OperationConfig } from '@crossbridge/core/config';
import { Bridge } from '../../../../packages/core/src/bridge.ts';
import { exactBridge } from '../../../support/bridges.ts';
import { settle, type VirtualClock } from '../../../support/virtual-clock.ts';
import type { Behaviour, CallPlan, World } from './model.ts';
import { type PlainCall, storyOf } from './plain-story.ts';
import { shareTimers } from './share-timers.ts';

/** What happened to a call, in order. */
export type Fact =
  | { readonly what: 'event'; readonly atMs: number; readonly event: BridgeEvent }
  | { readonly what: 'ran'; readonly atMs: number; readonly attempt: number }
  | { readonly what: 'aborted'; readonly atMs: number }
  | { readonly what: 'settled'; readonly atMs: number; readonly value?: unknown; readonly error?: unknown };

export interface PlayedCall {
  readonly plan: CallPlan;
  readonly facts: Fact[];
  info: CallInfo | undefined;
  readonly thrown: Set<unknown>;
  readonly reason: Error;
  readonly fallbackError: Error;
}

export interface Played {
  readonly world: World;
  readonly calls: readonly PlayedCall[];
  /** All events, in the order in which they were told. */
  readonly events: readonly { readonly atMs: number; readonly event: BridgeEvent }[];
  /** What is left when every call has ended. */
  readonly left: {
    readonly timers: number;
    readonly listeners: number;
    readonly active: number;
    readonly queued: number;
    readonly probeRefused: boolean;
  };
}

/** `nothing`: there are no events. `plain`, `scoped`: those of calls that went through at once are made of the one fact that is told of them. */
export type Watched = 'nothing' | 'plain' | 'scoped' | 'all';

/** Lets a world happen in virtual time. */
export async function play(world: World, watched: Watched = 'all'): Promise<Played> {
  const { bridge: seen, clock, observer } = exactBridge(world.policies);
  const bridge = watched !== 'nothing' ? seen : new Bridge(seen.config, { clock, random: () => 0.5 });
  const idleTimers = world.sharesTimers ? shareTimers(clock) : () => 0;
  const callee = new Callee(clock);
  const calls: PlayedCall[] = [];
  const signals: AbortSignal[] = [];
  const byInfo = new Map<unknown, PlayedCall>();
  const events: { atMs: number; event: BridgeEvent }[] = [];
  observer.on = (event) => {
    events.push({ atMs: clock.now(), event });
    const { call } = event as { call: CallInfo | undefined };
    if (event.type === 'call.started') {
      const started = calls[Number((event.call as unknown as { target: string }).target)];
      if (started !== undefined) {
        byInfo.set(call, started);
        started.info = event.call;
      }
    }
    byInfo.get(call)?.facts.push({ what: 'event', atMs: clock.now(), event });
  };
  if (watched === 'plain' || watched === 'scoped') {
    Object.assign(observer, {
      wants: () => watched,
      plain: (call: PlainCall) => {
        for (const event of storyOf(call)) observer.on(event);
      },
    });
  }

  const start = (plan: CallPlan): Promise<void> => {
    const index = calls.length;
    const call: PlayedCall = {
      plan,
      facts: [],
      info: undefined,
      thrown: new Set(),
      reason: new Error(`call ${index} is not wanted any more`),
      fallbackError: new Error('the fallback failed too'),
    };
    calls.push(call);
    const controller = new AbortController();
    const abort = (): void => {
      call.facts.push({ what: 'aborted', atMs: clock.now() });
      controller.abort(call.reason);
    };
    if (plan.abortAfterMs === 0) abort();
    else if (plan.abortAfterMs !== undefined) callee.later(plan.abortAfterMs, abort);
    if (plan.abortAfterMs !== undefined) signals.push(controller.signal);
    const promise = bridge.run(
      'op',
      (context) => {
        call.facts.push({ what: 'ran', atMs: clock.now(), attempt: context.attempt });
        return callee.answer(plan, context, call.thrown);
      },
      { ...options(call, plan.abortAfterMs === undefined ? undefined : controller.signal), target: String(index) },
    );
    return promise.then(
      (value) => void call.facts.push({ what: 'settled', atMs: clock.now(), value }),
      (error: unknown) => void call.facts.push({ what: 'settled', atMs: clock.now(), error }),
    );
  };

  const begun: Promise<void>[] = [];
  for (const plan of world.calls) callee.later(plan.startAtMs, () => begun.push(start(plan)));
  const { reload } = world;
  if (reload !== undefined) callee.later(reload.atMs, () => apply(bridge, reload.policies));
  await clock.advance(Math.max(...world.calls.map(({ startAtMs }) => startAtMs), reload?.atMs ?? 0));
  await clock.run(Promise.all(begun));
  await settle();

  const state = bridge.state.operations().find(({ operation }) => operation === 'op');
  const left = {
    timers: clock.pending - callee.pending - idleTimers(),
    listeners: signals.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0),
    active: state?.bulkhead?.active ?? 0,
    queued: state?.bulkhead?.queued ?? 0,
    probeRefused: false,
  };
  if (state?.breaker?.state === 'half_open') {
    // With nobody under way, a half-open circuit has room for a probe: unless some call kept its place.
    const before = events.length;
    await clock.run(bridge.run('op', async () => 'probe').catch(() => undefined));
    left.probeRefused = events.slice(before).some(({ event }) => event.type === 'circuit_breaker.rejected');
  }
  // Whatever the functions still do must bother nobody.
  await clock.advance(200_000);
  return { world, calls, events, left };
}

/** Policies that cannot work together are refused; the bridge must then go on as before. */
function apply(bridge: Bridge, op: OperationConfig): void {
  try {
    bridge.apply({ ...bridge.config, operations: { ...bridge.config.operations, op } });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
  }
}

function options(call: PlayedCall, signal: AbortSignal | undefined): RunOptions<unknown> {
  const { deadlineMs, maxAttempts, retry, idempotent, cost, fallback } = call.plan;
  return {
    deadlineMs,
    maxAttempts,
    retry,
    idempotent,
    cost,
    signal,
    fallback: {
      none: undefined,
      value: { value: 'fallback' },
      function: async () => 'fallback',
      throws: () => {
        throw call.fallbackError;
      },
    }[fallback],
  };
}

/** Plays the scripts, and knows which of the clock's timers are its own. */
class Callee {
  readonly #clock: VirtualClock;
  pending = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  later(afterMs: number, then: () => void): void {
    this.pending += 1;
    this.#clock.setTimeout(() => {
      this.pending -= 1;
      then();
    }, afterMs);
  }

  answer(plan: CallPlan, context: AttemptContext, thrown: Set<unknown>): unknown {
    const behaviour = plan.script[Math.min(context.attempt, plan.script.length) - 1] as Behaviour;
    const error = failure(behaviour);
    thrown.add(error);
    if (behaviour.kind === 'throw') throw error;
    return new Promise((resolve, reject) => {
      const finish = (): void => (behaviour.kind === 'fail' ? reject(error) : resolve('answer'));
      if (behaviour.onAbort !== 'ignore') {
        const { signal } = context;
        signal.addEventListener('abort', () => reject(behaviour.onAbort === 'own' ? error : signal.reason));
      }
      if (behaviour.afterMs === 0) finish();
      else this.later(behaviour.afterMs, finish);
    });
  }
}

function failure({ status, code, retryAfterSeconds }: Behaviour): Error {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return Object.assign(
    new Error('the callee failed'),
    status === undefined ? {} : { status, headers },
    code === undefined ? {} : { code },
  );
}
