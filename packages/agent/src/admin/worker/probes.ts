import { type Answer, healthJson } from './answer.ts';
import { draftChecks, draftStatus } from './health-format.ts';
import type { Query } from './query.ts';
import { isPending } from './verdict.ts';
import { EVENT_LOOP, SHUTDOWN, seconds, unknownNames, type View } from './view.ts';

/**
 * Would a restart help? Only a main thread that is stuck for longer than any work it does would say so: no dependency counts, and a
 * process that stops is let finish.
 */
export function livez(view: View, { verbose, exclude }: Query): Answer {
  const { livenessLimitMs } = view.settings;
  const heartbeatAgeMs = view.heartbeatAgeMs;
  const stuck = view.isStuckFor(livenessLimitMs) && !exclude.has(EVENT_LOOP);
  return healthJson(stuck ? 503 : 200, {
    status: stuck ? 'fail' : 'pass',
    ...(stuck ? { output: `event loop blocked for ${seconds(heartbeatAgeMs)}` } : {}),
    heartbeatAgeMs,
    ...(verbose && !exclude.has(EVENT_LOOP) ? { checks: { [EVENT_LOOP]: [view.eventLoop(livenessLimitMs)] } } : {}),
    ...unknownNames(exclude, [], [EVENT_LOOP]),
  });
}

/** Send traffic? Not to a process that stops, nor to one that is stuck, nor where nothing works. */
export function readyz(view: View, { verbose, exclude }: Query): Answer {
  const { readinessLimitMs } = view.settings;
  const snapshot = view.snapshotWithout(exclude);
  const reason = whyNotReady(view, exclude);
  const checks = snapshot?.checks ?? [];
  return healthJson(reason === undefined ? 200 : 503, {
    status: reason === undefined ? (snapshot?.overall === 'healthy' ? 'pass' : 'warn') : 'fail',
    overallStatus: snapshot?.overall ?? 'unknown',
    ...(reason === undefined ? {} : { output: reason }),
    failing: failing(checks),
    ...(verbose
      ? {
          checks: {
            ...draftChecks(checks),
            ...(exclude.has(EVENT_LOOP) ? {} : { [EVENT_LOOP]: [view.eventLoop(readinessLimitMs)] }),
          },
        }
      : {}),
    ...unknownNames(exclude, view.snapshot?.checks ?? [], [EVENT_LOOP, SHUTDOWN]),
  });
}

function whyNotReady(view: View, exclude: ReadonlySet<string>): string | undefined {
  if (view.shared.stopping && !exclude.has(SHUTDOWN)) return 'stopping';
  if (view.isStuckFor(view.settings.readinessLimitMs) && !exclude.has(EVENT_LOOP)) {
    return `event loop blocked for ${seconds(view.heartbeatAgeMs)}`;
  }
  const snapshot = view.snapshotWithout(exclude);
  if (snapshot === undefined || !view.shared.turned) return 'starting';
  return snapshot.ready ? undefined : `health is ${snapshot.overall}`;
}

/** Is the start over? Once the application is loaded and every check has had a result; from then on it is. */
export function startupz(view: View, { verbose, exclude }: Query): Answer {
  const snapshot = view.snapshotWithout(exclude);
  const checks = snapshot?.checks ?? [];
  const pending = checks.filter(isPending).map(({ check }) => check);
  const complete = snapshot !== undefined && view.shared.turned && pending.length === 0;
  // What was left out of one request has not started for all others.
  if (complete && exclude.size === 0) view.shared.finishStart();
  const started = view.shared.started || complete;
  return healthJson(started ? 200 : 503, {
    status: started ? 'pass' : 'fail',
    ...(started
      ? {}
      : { output: pending.length > 0 ? 'checks without a result yet' : 'the application is loading', pending }),
    ...(verbose ? { checks: draftChecks(checks) } : {}),
    ...unknownNames(exclude, view.snapshot?.checks ?? [], []),
  });
}

/** Names of the checks that are not healthy. */
export function failing(
  checks: readonly { readonly check: string; readonly status: Parameters<typeof draftStatus>[0] }[],
): string[] {
  return checks.filter(({ status }) => draftStatus(status) !== 'pass').map(({ check }) => check);
}
