import type { HealthResult } from './result.ts';

/** What is to be recorded of a check: one run of it, or a look at the application's calls. */
export interface Finding {
  readonly result: HealthResult;
  readonly durationMs: number;
  /** Whether the run was not over in time. */
  readonly timedOut: boolean;
  readonly source: 'probe' | 'calls';
}
