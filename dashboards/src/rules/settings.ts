import type { RuleSettings } from './model.ts';

/** How the committed rules are made. */
export const DEFAULT_SETTINGS: RuleSettings = {
  time: (duration) => duration,
  objective: 0.99,
  grafanaUrl: 'http://localhost:3000',
  runbooksUrl: 'https://github.com/crossbridge/crossbridge/blob/main/dashboards/runbooks',
};

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Durations that pass `factor` times as fast, in whole milliseconds.
 *
 * @throws RangeError when the text is no number with one of the units s, m, h, d
 */
export function fasterTime(factor: number): RuleSettings['time'] {
  return (duration) => `${Math.max(1, Math.round((secondsOf(duration) * 1000) / factor))}ms`;
}

/** Seconds of a duration such as `5m`. */
export function secondsOf(duration: string): number {
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  const seconds = UNIT_SECONDS[unit];
  if (seconds === undefined)
    throw new RangeError(`'${duration}' is no duration: write a number and s, m, h or d, as 5m`);
  return Number(amount) * seconds;
}
