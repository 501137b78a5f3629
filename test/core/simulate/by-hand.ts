import { type BridgeEvent, type CallInfo, createBridge } from '@crossbridge/core';
import type { RuntimeConfigInput } from '@crossbridge/core/config';
import { callsOf, type PlannedCall } from '../../../packages/core/src/simulate/calls.ts';
import { upstreamsOf } from '../../../packages/core/src/simulate/play.ts';
import { streamOf } from '../../../packages/core/src/simulate/random.ts';
import type { UpstreamReport } from '../../../packages/core/src/simulate/report.ts';
import type { OperationLoad } from '../../../packages/core/src/simulate/workload.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** One fact, when it was told, and the target of the call or breaker that it is about. */
export interface Told {
  readonly atMs: number;
  readonly event: BridgeEvent;
  readonly target: string | undefined;
}

export interface Watched {
  /** Facts about each operation, in order. */
  readonly told: ReadonlyMap<string, readonly Told[]>;
  readonly upstreams: ReadonlyMap<string, ReadonlyMap<string | undefined, UpstreamReport>>;
  /** Calls and attempts that started or ended: when the last of them did. */
  readonly endMs: number;
}

/** Makes the calls of a workload through a bridge that is watched, on the clock of the tests. */
export async function runByHand(
  config: RuntimeConfigInput,
  workload: readonly OperationLoad[],
  seed: number,
): Promise<Watched> {
  const clock = new VirtualClock();
  // To the same origin, so that not even the rounding differs.
  clock.jump(-clock.now());
  const told = new Map<string, Told[]>(workload.map(({ operation }) => [operation, []]));
  const targets = new Map<CallInfo, string | undefined>();
  let making: PlannedCall | undefined;
  let endMs = 0;
  const on = (event: BridgeEvent): void => {
    if (event.type === 'call.started') targets.set(event.call, making?.options.target);
    if (/^(call|attempt)\./.test(event.type)) endMs = clock.now();
    const breaker = event.type === 'circuit_breaker.changed';
    const target = breaker ? event.target : event.call && targets.get(event.call);
    const operation = breaker ? event.operation : event.call?.operation;
    told.get(operation ?? '')?.push({ atMs: clock.now(), event, target });
  };
  const bridge = createBridge(config, { clock, random: streamOf(seed, 'jitter'), observers: [{ on }] });
  const all = workload.map((load) => ({ load, upstreams: upstreamsOf(load, seed, clock) }));
  for (const { load, upstreams } of all) {
    for (const call of callsOf(load, seed, 10_000)) {
      clock.setTimeout(() => {
        const caller = new AbortController();
        const { id, options, patienceMs } = call;
        const patience =
          patienceMs === undefined ? undefined : clock.setTimeout(() => caller.abort(new Error('enough')), patienceMs);
        making = call;
        bridge
          .run(load.operation, (attempt) => upstreams.get(options.target)?.answer(id, attempt), {
            ...options,
            signal: caller.signal,
          })
          .catch(() => {})
          .finally(() => patience !== undefined && clock.clearTimeout(patience));
        making = undefined;
      }, call.atMs);
    }
  }
  // Longer than every arrival and every wait of these workloads.
  await clock.advance(3_600_000);
  return {
    told,
    upstreams: new Map(
      all.map(({ load, upstreams }) => [
        load.operation,
        new Map([...upstreams].map(([target, { report }]) => [target, report])),
      ]),
    ),
    endMs,
  };
}
