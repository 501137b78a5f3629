import type { CheckHealth } from './check-health.ts';
import type { Recorded } from './recorded.ts';
import { redactText } from './redact/text.ts';
import type { CheckSettings } from './settings.ts';
import { settledMessage } from './settled-message.ts';

/** How a check stands, made once for each result: reading it is then free. */
export function checkView(check: string, settings: CheckSettings, recorded: Recorded | undefined): CheckHealth {
  const { required } = settings;
  if (recorded === undefined) {
    const message = 'not checked yet';
    return {
      check,
      status: 'unknown',
      message,
      required,
      flapping: false,
      source: 'probe',
      sinceMs: undefined,
      last: undefined,
    };
  }
  const { settled, finding, sinceWallMs } = recorded;
  const { result, source } = finding;
  return {
    check,
    status: settled.status,
    message: redactText(settledMessage(settled, result.message ?? '', settings)),
    required,
    flapping: settled.flapping,
    source,
    sinceMs: sinceWallMs,
    last: {
      status: result.status,
      atMs: result.timestamp.getTime(),
      durationMs: finding.durationMs,
      inARow: settled.streaks.same,
      details: result.details,
    },
  };
}
