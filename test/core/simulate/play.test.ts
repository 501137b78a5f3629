import { createBridge } from '@crossbridge/core';
import { expect, it } from 'vitest';
import { play } from '../../../packages/core/src/simulate/play.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { everyTenth } from './simulate-one.ts';

it('makes each call at its time, knows when all have ended, and leaves no timer behind', async () => {
  const clock = new VirtualClock();
  const bridge = createBridge({ operations: { op: {} } }, { clock });
  const load = { operation: 'op', traffic: everyTenth(3), patienceMs: 5_000, upstream: { latencyMs: 50 } };
  const playing = play([load], 1, 10, bridge, clock);
  expect([playing.calls, playing.lastArrivalMs, playing.ended()]).toEqual([3, 200, 0]);
  await clock.advance(149);
  expect(playing.ended()).toBe(1);
  await clock.advance(101);
  expect(playing.ended()).toBe(3);
  expect(clock.pending).toBe(0);
});
