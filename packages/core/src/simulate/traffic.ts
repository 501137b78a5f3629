import { InvalidArgumentError } from '../errors.ts';
import { streamOf } from './random.ts';
import type { OperationLoad } from './workload.ts';

/** One call to come. */
export interface Arrival {
  /** Milliseconds from the start. */
  readonly atMs: number;
  readonly key: string | undefined;
}

/**
 * When the calls of a load are made, and for whom, in order.
 *
 * @throws InvalidArgumentError when chance makes more than `maxCalls` of them
 */
export function arrivalsOf(load: OperationLoad, seed: number, maxCalls: number): readonly Arrival[] {
  const random = streamOf(seed, load.operation, 'arrivals');
  const keyed = streamOf(seed, load.operation, 'keys');
  const times = load.arrivals?.map((seconds) => seconds * 1_000).sort((a, b) => a - b) ?? [];
  const { ratePerSecond = 0, durationSeconds = 0 } = load;
  if (ratePerSecond > 0) {
    const gapMs = (): number => (-Math.log(1 - random()) * 1_000) / ratePerSecond;
    for (let atMs = gapMs(); atMs < durationSeconds * 1_000; atMs += gapMs()) {
      if (times.length >= maxCalls) {
        throw new InvalidArgumentError(`'${load.operation}' makes more than maxCalls (${maxCalls}) calls`);
      }
      times.push(atMs);
    }
  }
  return times.map((atMs) => ({ atMs, key: keyOf(load.keys, keyed()) }));
}

function keyOf(keys: OperationLoad['keys'], draw: number): string | undefined {
  if (keys === undefined) return undefined;
  return typeof keys === 'number' ? `key:${Math.floor(draw * keys)}` : keys[Math.floor(draw * keys.length)];
}
