import { type Answer, healthJson } from './answer.ts';
import { draftChecks, draftStatus } from './health-format.ts';
import { failing } from './probes.ts';
import type { Query } from './query.ts';
import type { Questions } from './questions.ts';
import { EVENT_LOOP, seconds, unknownNames, type View } from './view.ts';

/** Live state is nice to have; nobody waits longer for it. */
const OPERATIONS_LIMIT_MS = 2_000;

/** Everything that is known, for people: short, or with `?verbose` all of it. */
export async function healthz(view: View, questions: Questions, { verbose, exclude }: Query): Promise<Answer> {
  const operations = verbose ? await liveOperations(view, questions) : {};
  const snapshot = view.snapshotWithout(exclude);
  const eventLoop = view.eventLoop(view.settings.readinessLimitMs);
  const stuck = eventLoop.status === 'fail' && !exclude.has(EVENT_LOOP);
  const overall = snapshot?.overall ?? 'unknown';
  const status = stuck ? 'fail' : draftStatus(overall);
  const checks = snapshot?.checks ?? [];
  return healthJson(status === 'fail' ? 503 : 200, {
    status,
    overallStatus: overall,
    ...(stuck ? { output: `${eventLoop.output}: the checks are as they were before` } : {}),
    stopping: view.shared.stopping,
    failing: [...(stuck ? [EVENT_LOOP] : []), ...failing(checks)],
    ...(snapshot !== undefined && snapshot.omitted > 0 ? { omittedChecks: snapshot.omitted } : {}),
    ...(verbose
      ? { checks: { ...draftChecks(checks), ...(exclude.has(EVENT_LOOP) ? {} : { [EVENT_LOOP]: [eventLoop] }) } }
      : {}),
    ...operations,
    ...unknownNames(exclude, view.snapshot?.checks ?? [], [EVENT_LOOP]),
  });
}

async function liveOperations(view: View, questions: Questions): Promise<object> {
  const reply = await questions.ask({ kind: 'operations' }, OPERATIONS_LIMIT_MS);
  if (reply !== undefined && reply.status === 200) return { operations: JSON.parse(reply.body) as unknown };
  const why =
    reply === undefined
      ? `the main thread did not answer; its event loop has been blocked for ${seconds(view.heartbeatAgeMs)}`
      : reply.body.trim();
  return { operations: null, notes: [`live state of the operations is missing: ${why}`] };
}
