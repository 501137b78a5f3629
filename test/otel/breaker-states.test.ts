import type { BreakerState } from '@crossbridge/core';
import { afterEach, expect, it } from 'vitest';
import type { BridgeState } from '../../packages/otel/src/bridge-state.ts';
import { createOtelObserver, type OtelObserver } from '../../packages/otel/src/otel-observer.ts';
import { type RunningOtel, startOtel, stopOtel } from '../support/otel.ts';
import { type DrivenCall, driveCall, type Ending, SUCCESS } from '../support/otel-driver.ts';

afterEach(stopOtel);

let state: BreakerState;

function observerOf(initial: BreakerState): OtelObserver {
  state = initial;
  const bridge: BridgeState = { operations: () => [{ operation: 'search', breaker: { state } }] };
  return createOtelObserver({ state: () => bridge });
}

/** The state of the breaker on the span of one more call. */
async function shownOn(
  otel: RunningOtel,
  observer: OtelObserver,
  body: (call: DrivenCall) => Ending = () => SUCCESS,
): Promise<unknown> {
  await driveCall(observer, {}, body);
  return (await otel.spans()).at(-1)?.attributes['crossbridge.circuit_breaker.state'];
}

it('says nothing of calls to one target by what the breaker of another does', async () => {
  const otel = startOtel();
  const observer = observerOf('closed');
  const opens = (call: DrivenCall): Ending => {
    call.moveBreaker('closed', 'open', 'a.example.com');
    return { outcome: 'error', errorType: '503' };
  };
  expect(await shownOn(otel, observer)).toBe('closed');
  expect(await shownOn(otel, observer, opens)).toBe('open');
  expect(await shownOn(otel, observer)).toBeUndefined();
});

it('knows the state again when a reload gives the operation one breaker for all targets', async () => {
  const otel = startOtel();
  const observer = observerOf('closed');
  const moves = (call: DrivenCall, target?: string): Ending => {
    call.moveBreaker('closed', 'open', target);
    return SUCCESS;
  };
  await shownOn(otel, observer, (call) => moves(call, 'a.example.com'));
  await shownOn(otel, observer, (call) => moves(call));
  expect(await shownOn(otel, observer)).toBe('open');
});

it('looks again after a reload that changed the operation, and only then', async () => {
  const otel = startOtel();
  const observer = observerOf('open');
  expect(await shownOn(otel, observer)).toBe('open');
  state = 'closed';
  observer.on({ type: 'config.reloaded', result: 'applied', changed: ['embed'], call: undefined });
  expect(await shownOn(otel, observer)).toBe('open');
  observer.on({ type: 'config.reloaded', result: 'applied', changed: ['search'], call: undefined });
  expect(await shownOn(otel, observer)).toBe('closed');
});
