import { MAX_TIMER_MS } from '../clock.ts';
import { InvalidArgumentError } from '../errors.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const TEXT = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-zµ]*)$/i;

export interface DurationRule {
  /** Refuse what `setTimeout` cannot wait for: above 2^31-1 ms (24.8 days) it would fire at once. Default false. */
  readonly timer?: boolean;
  /** Refuse 0. Default false. */
  readonly aboveZero?: boolean;
  /** Refuse what is shorter. Default: nothing is. */
  readonly leastMs?: number;
}

/** What {@link readDuration} found: milliseconds, or why there are none. The reason never repeats the value. */
export type DurationReading = { readonly ms: number } | { readonly reason: string };

/**
 * Milliseconds of a duration of `crossbridge.yml`: a number is seconds, a text has a unit (`250ms`, `2s`, `1.5m`, `1h`).
 * Exact to the microsecond.
 *
 * @throws InvalidArgumentError when it is not a duration, negative, not finite, or breaks `rule`.
 */
export function parseDuration(value: number | string, rule: DurationRule = {}): number {
  const reading = readDuration(value, rule);
  if ('ms' in reading) return reading.ms;
  throw new InvalidArgumentError(
    `${JSON.stringify(value) ?? String(value)} is not a usable duration: ${reading.reason}`,
  );
}

/** {@link parseDuration} without the exception. */
export function readDuration(value: number | string, rule: DurationRule = {}): DurationReading {
  if (typeof value === 'number') return checked(value * 1000, rule);
  const match = TEXT.exec(value.trim());
  if (match === null) return { reason: 'not a number with a unit, such as 250ms, 2s, 1m or 1h' };
  const unit = match[2] ?? '';
  if (unit === '')
    return { reason: 'a text needs a unit (ms, s, m or h); for seconds write the number without quotes' };
  const unitMs = Object.hasOwn(UNIT_MS, unit) ? UNIT_MS[unit] : undefined;
  if (unitMs === undefined) return { reason: 'unknown unit; the units are ms, s, m and h' };
  return checked(Number(match[1]) * unitMs, rule);
}

/** The most readable text that {@link parseDuration} reads back as exactly `ms`: `250ms`, `2s`, `1.5s`, `1h`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  const texts = Object.entries(UNIT_MS).map(([unit, unitMs]) => `${ms / unitMs}${unit}`);
  const exact = texts.filter((text) => {
    const reading = readDuration(text);
    return 'ms' in reading && reading.ms === ms;
  });
  // Short is readable, and a decimal point costs as much as two digits; of equals the larger unit.
  const effort = (text: string): number => text.length + (text.includes('.') ? 2 : 0);
  return exact.reduce((best, text) => (effort(text) <= effort(best) ? text : best), `${ms}ms`);
}

function checked(ms: number, rule: DurationRule): DurationReading {
  // 1.1 s times 1000 is 1100.0000000000002: nobody meant the last digits.
  const rounded = Math.abs(ms) < 1e12 ? Math.round(ms * 1000) / 1000 : ms;
  if (!Number.isFinite(rounded)) return { reason: 'not finite' };
  if (rounded < 0) return { reason: 'negative' };
  if (rule.aboveZero === true && rounded === 0) return { reason: 'must be above 0' };
  if (rule.leastMs !== undefined && rounded < rule.leastMs)
    return { reason: `must be at least ${formatDuration(rule.leastMs)}` };
  if (rule.timer === true && rounded > MAX_TIMER_MS) return { reason: 'longer than a timer can wait (24.8 days)' };
  // Not -0, which prints as 0 and compares as different.
  return { ms: rounded === 0 ? 0 : rounded };
}
