import type { Bridge } from '../bridge.ts';
import type { Clock } from '../clock.ts';
import { type Arrival, arrivalsOf } from './traffic.ts';
import { Upstream } from './upstream.ts';
import type { OperationLoad } from './workload.ts';

/** A workload under way. */
export interface Playing {
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** Calls of the whole workload. */
  readonly calls: number;
  /** When the last call is made, in milliseconds from the start. */
  readonly lastArrivalMs: number;
  /** Calls that have ended so far. */
  readonly ended: () => number;
  /** When the last of them ended, in milliseconds from the start. */
  readonly lastEndMs: () => number;
}

/** Makes the calls of a workload through a bridge, each at its time on the clock. */
export function play(
  workload: readonly OperationLoad[],
  seed: number,
  maxCalls: number,
  bridge: Bridge,
  clock: Clock,
): Playing {
  const upstreams = new Map<string, Upstream>();
  const startedAtMs = clock.now();
  let calls = 0;
  let lastArrivalMs = 0;
  let ended = 0;
  let lastEndMs = 0;
  const end = (): void => {
    ended += 1;
    lastEndMs = clock.now() - startedAtMs;
  };
  for (const load of workload) {
    const arrivals = arrivalsOf(load, seed, maxCalls);
    const upstream = new Upstream(load, seed, clock);
    upstreams.set(load.operation, upstream);
    calls += arrivals.length;
    lastArrivalMs = Math.max(lastArrivalMs, arrivals.at(-1)?.atMs ?? 0);
    const { cost, deadlineMs, idempotent } = load;
    const call = (index: number, { key }: Arrival): void => {
      const fn = (context: Parameters<Upstream['answer']>[1]): Promise<void> => upstream.answer(index, context);
      bridge.run(load.operation, fn, { key, cost, deadlineMs, idempotent }).then(end, end);
    };
    // One timer at a time: a long workload would be a long list of them.
    const next = (index: number): void => {
      const arrival = arrivals[index];
      if (arrival === undefined) return;
      const due = (): void => {
        call(index, arrival);
        next(index + 1);
      };
      clock.setTimeout(due, startedAtMs + arrival.atMs - clock.now());
    };
    next(0);
  }
  return { upstreams, calls, lastArrivalMs, ended: () => ended, lastEndMs: () => lastEndMs };
}
