import type { Finding } from './finding.ts';
import type { Settled } from './settled.ts';

/** The last finding of a check and what it amounts to with those before. */
export interface Recorded {
  readonly settled: Settled;
  readonly finding: Finding;
  /** Milliseconds of the monotonic clock at which the finding was recorded. */
  readonly atMs: number;
  /** Milliseconds since 1970 at which the settled status began. */
  readonly sinceWallMs: number;
}
