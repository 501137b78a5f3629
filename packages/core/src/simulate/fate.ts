import { draw } from './distribution.ts';
import { streamOf } from './random.ts';
import type { FailureWindow, UpstreamLoad } from './workload.ts';

/** What becomes of one attempt at an upstream. */
export interface Fate {
  readonly latencyMs: number;
  readonly failure: FailureWindow | undefined;
}

/**
 * It depends on the time and on the parts of the `stream` (the seed, the call, the number of the attempt) alone: two configs that are tried on
 * the same workload meet the same luck, so that what differs between them is their doing.
 */
export function fateOf(
  { latencyMs, failures = [] }: UpstreamLoad,
  atSeconds: number,
  ...stream: readonly (string | number)[]
): Fate {
  const random = streamOf(...stream);
  const usual = draw(latencyMs, random);
  const failure = failures.find(({ fromSeconds = 0, toSeconds = Number.POSITIVE_INFINITY, ratio = 1 }) => {
    // Drawn outside of the window, too: the luck of later windows does not depend on the time.
    const hit = random() < ratio;
    return hit && atSeconds >= fromSeconds && atSeconds < toSeconds;
  });
  return { latencyMs: failure?.latencyMs === undefined ? usual : draw(failure.latencyMs, random), failure };
}

/** The error of a failure, in the shape that HTTP clients and Node give theirs. Undefined: it is only slow. */
export function errorOf({ status, code, retryAfterSeconds }: FailureWindow): Error | undefined {
  if (status !== undefined) return httpError(status, retryAfterSeconds);
  return code === undefined ? undefined : Object.assign(new Error(`${code} (simulated)`), { code });
}

export function httpError(status: number, retryAfterSeconds?: number): Error {
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return Object.assign(new Error(`HTTP ${status} (simulated)`), { status, headers });
}
