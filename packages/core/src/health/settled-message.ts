import type { Settled, SettleSettings } from './settled.ts';
import { severityOf } from './status.ts';

/** Why the status is what it is: the text of the last result, with how far it is from changing the status. */
export function settledMessage(settled: Settled, text: string, settings: SettleSettings): string {
  return [flappingPart(settled, settings), streakPart(settled, settings), text]
    .filter((part) => part !== '')
    .join(': ');
}

function flappingPart({ flapping, changes, status }: Settled, { flapping: { windowMs } }: SettleSettings): string {
  if (!flapping) return '';
  return `flapping, so ${status} until it is calm (${changes.length} changes of status within ${seconds(windowMs)} s)`;
}

function streakPart({ plain, streaks }: Settled, settings: SettleSettings): string {
  const distance = severityOf(streaks.last) - severityOf(plain);
  if (distance === 0) return '';
  const [count, threshold, word] =
    distance > 0
      ? [streaks.atLeast[severityOf(plain) + 1] ?? 0, settings.failureThreshold, 'failure']
      : [streaks.atMost[severityOf(plain) - 1] ?? 0, settings.successThreshold, 'success'];
  const plural = word === 'failure' ? 'failures' : 'successes';
  if (count < threshold) return `${count} of ${threshold} ${plural} in a row`;
  // Reached, and still not settled: only the dwell holds it back.
  return `${count} ${count === 1 ? word : plural} in a row, but ${plain} holds for ${seconds(settings.minimumDwellMs)} s at least`;
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
