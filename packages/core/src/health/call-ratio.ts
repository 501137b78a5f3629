import { DEGRADED_FAILURE_RATIO, MIN_CALLS_TO_JUDGE, type Traffic } from './traffic.ts';

const WINDOW_MS = 60_000;
const STEP_MS = 10_000;

interface Sample {
  readonly atMs: number;
  readonly calls: number;
  readonly failures: number;
}

export interface RecentCalls {
  readonly calls: number;
  readonly failures: number;
}

/** How the calls of one operation went of late, by its running totals. */
export class CallRatio {
  #samples: Sample[] = [];

  /** Calls of about the last minute: those since the oldest look that is not older. */
  look({ calls, failures, sinceMs }: Traffic, nowMs: number): RecentCalls {
    const samples = this.#samples;
    while (samples.length > 0 && nowMs - (samples[0]?.atMs ?? 0) > WINDOW_MS) samples.shift();
    const [oldest] = samples;
    const last = samples.at(-1);
    if (last === undefined || nowMs - last.atMs >= STEP_MS) samples.push({ atMs: nowMs, calls, failures });
    if (oldest !== undefined) return { calls: calls - oldest.calls, failures: failures - oldest.failures };
    // Nobody has looked for long: what there is may be of any age, unless the counting is young itself.
    return nowMs - sinceMs <= WINDOW_MS ? { calls, failures } : { calls: 0, failures: 0 };
  }
}

/** Whether so many of the calls failed that users feel it. A few unlucky ones say nothing. */
export function failsTooOften({ calls, failures }: RecentCalls): boolean {
  return calls >= MIN_CALLS_TO_JUDGE && failures >= calls * DEGRADED_FAILURE_RATIO;
}
