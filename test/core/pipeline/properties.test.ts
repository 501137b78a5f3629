import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exactBridge, httpError, never, rejection } from '../../support/bridges.ts';
import {
  accountsForTime,
  countsAttempts,
  decidesRetries,
  endsOnce,
  heedsAborts,
  keepsLimits,
  leavesNothing,
  sameStories,
  sameUnwatched,
} from './properties/laws.ts';
import { anyWorld, fragileWorld, reloadedWorld, type World } from './properties/model.ts';
import { type Played, type PlayedCall, play } from './properties/play.ts';

/** `PROPERTY_RUNS=5000` looks longer. */
const NUM_RUNS = Number(process.env.PROPERTY_RUNS ?? 250);

/** Whatever the policies, the faults, the aborts and the deadlines are. */
function always(law: (played: Played) => void, worlds: fc.Arbitrary<World> = anyWorld): Promise<void> {
  return fc.assert(
    fc.asyncProperty(worlds, async (world) => law(await play(world))),
    { numRuns: NUM_RUNS },
  );
}

/** Of calls that begin in the same millisecond and share a circuit, which one it refuses is not told by the policies. */
function startsApart({ calls }: World): boolean {
  return new Set(calls.map(({ startAtMs }) => startAtMs)).size === calls.length;
}

function ofEveryCall(law: (call: PlayedCall, played: Played) => void): (played: Played) => void {
  return (played) => {
    expect(played.calls).toHaveLength(played.world.calls.length);
    for (const call of played.calls) law(call, played);
  };
}

describe('any calls under any policies', () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  beforeEach(() => void process.on('unhandledRejection', note));
  afterEach(() => {
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('end with exactly one outcome, which is what the caller gets', () => always(ofEveryCall(endsOnce)));
  it('number their attempts without gaps, and make no more than allowed', () => always(ofEveryCall(countsAttempts)));
  it('decide on every retry, and wait for as long as they said', () => always(ofEveryCall(decidesRetries)));
  it('end in the instant of an abort and run nothing afterwards', () => always(ofEveryCall(heedsAborts)));
  it('keep their deadline and account for all of their time', () => always(ofEveryCall(accountsForTime)));
  it('never overdraw a bulkhead or a rate limit', () => always(keepsLimits));
  it('leave no timer, listener, slot, place or probe behind', () => always(leavesNothing));
  it('leave no place of a probe behind that a limit refused', () => always(leavesNothing, fragileWorld));
  it('go the same way, and leave nothing behind, when nobody watches', () =>
    fc.assert(
      fc.asyncProperty(anyWorld, async (world) => {
        const unwatched = await play(world, 'nothing');
        sameUnwatched(await play(world), unwatched);
        leavesNothing(unwatched);
      }),
      { numRuns: NUM_RUNS },
    ));
  it.each(['plain', 'scoped'] as const)('have the same story when those that go through at once are %s', (watched) =>
    fc.assert(
      fc.asyncProperty(fc.oneof(anyWorld, reloadedWorld, fragileWorld).filter(startsApart), async (world) => {
        const plain = await play(world, watched);
        const told = await play(world);
        sameStories(told, plain);
        sameUnwatched(told, plain);
        ofEveryCall(endsOnce)(plain);
        leavesNothing(plain);
      }),
      { numRuns: NUM_RUNS },
    ),
  );
  it('end with one outcome when the policies change meanwhile', () => always(ofEveryCall(endsOnce), reloadedWorld));
  it('heed aborts when the policies change meanwhile', () => always(ofEveryCall(heedsAborts), reloadedWorld));
  it('leave nothing behind when the policies change meanwhile', () => always(leavesNothing, reloadedWorld));
});

describe('worlds that were found by them', () => {
  it('reject with the reason of the abort even when a hedge has failed before it', async () => {
    const hedge = { delayMs: 10, quantile: null, maxHedges: 1, mode: 'enforce' } as const;
    const { bridge, clock } = exactBridge({ hedge });
    const controller = new AbortController();
    const reason = new Error('not wanted any more');
    const fn = ({ attempt }: { attempt: number }): Promise<never> =>
      attempt === 1 ? never() : Promise.reject(httpError(500));
    const call = rejection(bridge.run('op', fn, { signal: controller.signal }));
    await clock.advance(50);
    controller.abort(reason);
    expect(await call).toBe(reason);
  });

  it('start no hedge that was switched off while the attempt ran', async () => {
    const hedge = { delayMs: 10, quantile: null, maxHedges: 1, mode: 'enforce' } as const;
    const { bridge, clock, observer } = exactBridge({ hedge });
    const op = { ...bridge.config.operations.op, hedge: null };
    const call = bridge.run('op', () => new Promise<void>((resolve) => clock.setTimeout(resolve, 50)));
    bridge.apply({ ...bridge.config, operations: { ...bridge.config.operations, op } });
    await clock.run(call);
    expect(observer.ofType('attempt.started')).toHaveLength(1);
  });
});
