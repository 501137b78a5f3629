import type { Bridge } from '../bridge.ts';
import type { Clock } from '../clock.ts';
import { callsOf, type PlannedCall } from './calls.ts';
import { Upstream } from './upstream.ts';
import type { OperationLoad } from './workload.ts';

/** The upstreams of one operation, by target; undefined is the one of an operation without targets. */
export type Upstreams = ReadonlyMap<string | undefined, Upstream>;

/** A workload under way. */
export interface Playing {
  /** By operation. */
  readonly upstreams: ReadonlyMap<string, Upstreams>;
  /** Calls of the whole workload. */
  readonly calls: number;
  /** When the last call is made, in milliseconds from the start. */
  readonly lastArrivalMs: number;
  /** Calls that have ended so far. */
  readonly ended: () => number;
}

/**
 * Makes the calls of a workload through a bridge, each at its time on the clock.
 *
 * @throws InvalidArgumentError when chance makes more than `maxCalls` of them
 */
export function play(
  workload: readonly OperationLoad[],
  seed: number,
  maxCalls: number,
  bridge: Bridge,
  clock: Clock,
): Playing {
  const planned = workload.map((load) => ({ load, calls: callsOf(load, seed, maxCalls) }));
  const upstreams = new Map(workload.map((load) => [load.operation, upstreamsOf(load, seed, clock)]));
  let ended = 0;
  for (const { load, calls } of planned) {
    const own = upstreams.get(load.operation) as Upstreams;
    const end = (): void => {
      ended += 1;
    };
    for (const call of calls) {
      const upstream = own.get(call.options.target) as Upstream;
      clock.setTimeout(() => make(load.operation, call, upstream, bridge, clock).then(end, end), call.atMs);
    }
  }
  return {
    upstreams,
    calls: planned.reduce((sum, { calls }) => sum + calls.length, 0),
    lastArrivalMs: planned.reduce((last, { calls }) => Math.max(last, calls.at(-1)?.atMs ?? 0), 0),
    ended: () => ended,
  };
}

export function upstreamsOf(
  { operation, upstream, targets = {} }: OperationLoad,
  seed: number,
  clock: Clock,
): Upstreams {
  if (upstream !== undefined) return new Map([[undefined, new Upstream(upstream, clock, seed, operation)]]);
  return new Map(
    Object.entries(targets).map(([target, load]) => [target, new Upstream(load, clock, seed, operation, target)]),
  );
}

/** What a caller aborts with whose patience has ended. */
class OutOfPatience extends Error {
  constructor(patienceMs: number) {
    super(`The caller has waited for ${patienceMs} ms and gives up`);
    this.name = 'AbortError';
  }
}

function make(
  operation: string,
  { id, options, patienceMs }: PlannedCall,
  upstream: Upstream,
  bridge: Bridge,
  clock: Clock,
): Promise<void> {
  if (patienceMs === undefined) return bridge.run(operation, (attempt) => upstream.answer(id, attempt), options);
  const caller = new AbortController();
  const timer = clock.setTimeout(() => caller.abort(new OutOfPatience(patienceMs)), patienceMs);
  return bridge
    .run(operation, (attempt) => upstream.answer(id, attempt), { ...options, signal: caller.signal })
    .finally(() => clock.clearTimeout(timer));
}
