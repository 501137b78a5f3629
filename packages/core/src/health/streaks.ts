import { BEST_TO_WORST, type HealthStatus, severityOf } from './status.ts';

/** Results in a row, the last one included, by severity. */
export interface Streaks {
  /** As bad as this severity or worse. */
  readonly atLeast: readonly number[];
  /** As good as this severity or better. */
  readonly atMost: readonly number[];
  /** With the same status. */
  readonly same: number;
  readonly last: HealthStatus;
}

const NONE = BEST_TO_WORST.map(() => 0);

/** The streaks after one more result. */
export function countedStreaks(before: Streaks | undefined, result: HealthStatus): Streaks {
  const severity = severityOf(result);
  const { atLeast, atMost } = before ?? { atLeast: NONE, atMost: NONE };
  return {
    atLeast: atLeast.map((count, level) => (severity >= level ? count + 1 : 0)),
    atMost: atMost.map((count, level) => (severity <= level ? count + 1 : 0)),
    same: before?.last === result ? before.same + 1 : 1,
    last: result,
  };
}
