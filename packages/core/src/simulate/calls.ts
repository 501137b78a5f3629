import { InvalidArgumentError } from '../errors.ts';
import type { RunOptions } from '../run-options.ts';
import { draw } from './distribution.ts';
import { keySource } from './keys.ts';
import { streamOf } from './random.ts';
import { arrivalTimes } from './traffic.ts';
import { chooser } from './weighted.ts';
import type { OperationLoad, Traffic } from './workload.ts';

/** One call to come. */
export interface PlannedCall {
  /** Unique in its operation, and the same whatever the config says. */
  readonly id: string;
  /** Milliseconds from the start. */
  readonly atMs: number;
  readonly options: Pick<RunOptions, 'key' | 'cost' | 'deadlineMs' | 'idempotent' | 'target'>;
  /** Milliseconds after which the caller aborts; undefined: never. */
  readonly patienceMs: number | undefined;
}

/**
 * The calls of a load, in order.
 *
 * @throws InvalidArgumentError when chance makes more than `maxCalls` of them
 */
export function callsOf(load: OperationLoad, seed: number, maxCalls: number): readonly PlannedCall[] {
  const streams = trafficOf(load).map((traffic, index) => streamCalls(load, traffic, index, seed, maxCalls));
  const calls = streams.flat();
  if (calls.length > maxCalls) {
    throw new InvalidArgumentError(
      `The traffic of '${load.operation}' happens to make more than maxCalls (${maxCalls}) calls: lower its rates, shorten it, or raise maxCalls`,
    );
  }
  return streams.length === 1 ? calls : calls.sort((a, b) => a.atMs - b.atMs);
}

function trafficOf({ traffic }: OperationLoad): readonly Traffic[] {
  return 'length' in traffic ? traffic : [traffic];
}

function streamCalls(
  load: OperationLoad,
  traffic: Traffic,
  index: number,
  seed: number,
  maxCalls: number,
): readonly PlannedCall[] {
  const random = (what: string): (() => number) => streamOf(seed, load.operation, index, what);
  const {
    keys = load.keys,
    cost = load.cost,
    deadlineMs = load.deadlineMs,
    patienceMs = load.patienceMs,
    idempotent = load.idempotent,
  } = traffic;
  const [costs, patience] = [random('cost'), random('patience')];
  const nextKey = keySource(keys, seed, load.operation, index, 'keys');
  const nextTarget = targetSource(load, random('target'));
  const times = arrivalTimes(traffic, random('arrivals'), maxCalls, `The traffic of '${load.operation}'`);
  return times.map((atMs, call) => ({
    id: `${index}.${call}`,
    atMs,
    options: {
      key: nextKey(),
      cost: cost === undefined ? undefined : draw(cost, costs),
      deadlineMs,
      idempotent,
      target: nextTarget(),
    },
    patienceMs: patienceMs === undefined ? undefined : draw(patienceMs, patience),
  }));
}

function targetSource({ targets }: OperationLoad, random: () => number): () => string | undefined {
  if (targets === undefined) return () => undefined;
  const names = Object.keys(targets);
  const choose = chooser(Object.values(targets).map(({ weight = 1 }) => weight));
  return () => names[choose(random())];
}
