import type { FlappingConfig } from '../config/types.ts';
import { BEST_TO_WORST, type HealthStatus, severityOf } from './status.ts';
import { countedStreaks, type Streaks } from './streaks.ts';

export interface SettleSettings {
  /** Results in a row that make the status worse. */
  readonly failureThreshold: number;
  /** Results in a row that make it better. */
  readonly successThreshold: number;
  /** How long a status holds at least. */
  readonly minimumDwellMs: number;
  readonly flapping: FlappingConfig;
}

interface Change {
  readonly atMs: number;
  /** The worse of the two statuses that it led from and to. */
  readonly worse: HealthStatus;
}

/** What the results of one check so far amount to. Never changed: {@link settle} makes the next. */
export interface Settled {
  /** What to show: {@link plain}, or while flapping the worst of late. */
  readonly status: HealthStatus;
  /** The status by thresholds and dwell alone. */
  readonly plain: HealthStatus;
  /** Milliseconds of the monotonic clock at which `plain` began. */
  readonly plainSinceMs: number;
  readonly flapping: boolean;
  readonly streaks: Streaks;
  /** The last changes of `plain`, the latest last; no more than make a check flapping. */
  readonly changes: readonly Change[];
}

/**
 * The next state after one more result.
 *
 * - The first result settles at once, and so does the first that tells something after `unknown`.
 * - `failureThreshold` results in a row that are worse make the status worse: as bad as all of them are at least. `successThreshold`
 *   results in a row that are better make it better, likewise.
 * - No status ends before `minimumDwellMs` is over, except `unknown`.
 * - So many changes in the window make it flapping, and the worst status of late is shown until fewer than half as many are left in the
 *   window: one bound for both would make the flag itself flap.
 *
 * @param before undefined for the first result
 * @param nowMs milliseconds of the monotonic clock
 */
export function settle(
  before: Settled | undefined,
  result: HealthStatus,
  nowMs: number,
  settings: SettleSettings,
): Settled {
  const streaks = countedStreaks(before?.streaks, result);
  if (before === undefined) {
    return { status: result, plain: result, plainSinceMs: nowMs, flapping: false, streaks, changes: [] };
  }
  const held = before.plain !== 'unknown' && nowMs - before.plainSinceMs < settings.minimumDwellMs;
  const plain = held ? before.plain : nextPlain(before.plain, result, streaks, settings);
  const changed = plain !== before.plain;
  const { transitions } = settings.flapping;
  const all = changed ? [...before.changes, { atMs: nowMs, worse: worst([plain, before.plain]) }] : before.changes;
  const changes = all.slice(-transitions);
  const flapping = isFlapping(before.flapping, changes, nowMs, settings.flapping);
  const status = flapping ? worst([plain, ...changes.map(({ worse }) => worse)]) : plain;
  return { status, plain, plainSinceMs: changed ? nowMs : before.plainSinceMs, flapping, streaks, changes };
}

function nextPlain(
  plain: HealthStatus,
  result: HealthStatus,
  streaks: Streaks,
  settings: SettleSettings,
): HealthStatus {
  if (plain === 'unknown') return result;
  const severity = severityOf(plain);
  const worse = BEST_TO_WORST.findLast(
    (_, level) => level > severity && (streaks.atLeast[level] ?? 0) >= settings.failureThreshold,
  );
  const better = BEST_TO_WORST.find(
    (_, level) => level < severity && (streaks.atMost[level] ?? 0) >= settings.successThreshold,
  );
  return worse ?? better ?? plain;
}

function isFlapping(before: boolean, changes: readonly Change[], nowMs: number, settings: FlappingConfig): boolean {
  const recent = changes.filter(({ atMs }) => nowMs - atMs <= settings.windowMs).length;
  return recent >= (before ? settings.transitions / 2 : settings.transitions);
}

function worst(statuses: readonly HealthStatus[]): HealthStatus {
  return statuses.reduce((one, other) => (severityOf(other) > severityOf(one) ? other : one));
}
