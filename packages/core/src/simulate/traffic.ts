import { InvalidArgumentError } from '../errors.ts';
import type { Random } from '../retry/backoff.ts';

interface Span {
  /** When it begins, in seconds from the start of the simulation. Default 0. */
  readonly startSeconds?: number | undefined;
  readonly durationSeconds: number;
}

/** When calls are made. */
export type TrafficShape =
  /** Evenly spaced, the first at once: a job that works through a list. */
  | (Span & { readonly shape: 'constant'; readonly ratePerSecond: number })
  /** At random, so many per second on average: independent users. */
  | (Span & { readonly shape: 'poisson'; readonly ratePerSecond: number })
  /** At random, at a rate that changes evenly from one to the other over the duration. Either may be 0. */
  | (Span & { readonly shape: 'ramp'; readonly fromPerSecond: number; readonly toPerSecond: number })
  /** `size` calls every `everySeconds`, the first at once: a cron job, a queue that is emptied. They are spread evenly over `overSeconds` (default 0: all at once). */
  | (Span & {
      readonly shape: 'bursts';
      readonly size: number;
      readonly everySeconds: number;
      readonly overSeconds?: number | undefined;
    })
  /** At these times, in seconds, in any order: what a log says. */
  | { readonly shape: 'replay'; readonly startSeconds?: number | undefined; readonly atSeconds: readonly number[] };

/** About how many calls there will be. */
export function expectedCalls(shape: TrafficShape): number {
  switch (shape.shape) {
    case 'constant':
    case 'poisson':
      return shape.ratePerSecond * shape.durationSeconds;
    case 'ramp':
      return ((shape.fromPerSecond + shape.toPerSecond) / 2) * shape.durationSeconds;
    case 'bursts':
      return shape.size * Math.ceil(shape.durationSeconds / shape.everySeconds);
    case 'replay':
      return shape.atSeconds.length;
  }
}

/**
 * When the calls are made, in milliseconds from the start of the simulation, in order.
 *
 * @throws InvalidArgumentError when chance makes more than `maxCalls` of them
 */
export function arrivalTimes(shape: TrafficShape, random: Random, maxCalls: number, where: string): readonly number[] {
  const startMs = (shape.startSeconds ?? 0) * 1_000;
  const times: number[] = [];
  for (const seconds of secondsOf(shape, random)) {
    if (times.length >= maxCalls) {
      throw new InvalidArgumentError(
        `${where} happens to make more than maxCalls (${maxCalls}) calls: lower its rate, shorten it, or raise maxCalls`,
      );
    }
    times.push(startMs + seconds * 1_000);
  }
  // Bursts may overlap, and a log need not be in order.
  return times.sort((a, b) => a - b);
}

function* secondsOf(shape: TrafficShape, random: Random): Iterable<number> {
  switch (shape.shape) {
    case 'constant':
      // Multiplied, not summed up: or errors of rounding would grow from call to call.
      for (let index = 0; index / shape.ratePerSecond < shape.durationSeconds; index += 1) {
        yield index / shape.ratePerSecond;
      }
      return;
    case 'poisson':
      yield* ramp(shape.ratePerSecond, shape.ratePerSecond, shape.durationSeconds, random);
      return;
    case 'ramp':
      yield* ramp(shape.fromPerSecond, shape.toPerSecond, shape.durationSeconds, random);
      return;
    case 'bursts': {
      const { size, everySeconds, overSeconds = 0, durationSeconds } = shape;
      for (let burst = 0; burst * everySeconds < durationSeconds; burst += 1) {
        for (let call = 0; call < size; call += 1) yield burst * everySeconds + (call / size) * overSeconds;
      }
      return;
    }
    case 'replay':
      yield* shape.atSeconds;
  }
}

/**
 * A Poisson process whose rate goes evenly from `from` to `to`: that of rate 1, in the time by which so many calls are expected
 * (`from·t + (to − from)·t²/2d`, solved for t).
 */
function* ramp(from: number, to: number, durationSeconds: number, random: Random): Iterable<number> {
  const slope = (to - from) / durationSeconds;
  const total = ((from + to) / 2) * durationSeconds;
  for (let expected = gap(random); expected < total; expected += gap(random)) {
    // The form of the root that also holds for a slope of 0.
    yield (2 * expected) / (from + Math.sqrt(Math.max(0, from * from + 2 * slope * expected)));
  }
}

function gap(random: Random): number {
  return -Math.log(1 - random());
}
