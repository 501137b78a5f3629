import { type Answer, text } from './answer.ts';
import { healthz } from './healthz.ts';
import { livez, readyz, startupz } from './probes.ts';
import type { Query } from './query.ts';
import type { Questions } from './questions.ts';
import { seconds, type View } from './view.ts';

type Endpoint = (query: Query) => Answer | Promise<Answer>;

const METRICS_LIMIT_MS = 10_000;

/** The endpoints by path. */
export function routesOf(view: View, questions: Questions): ReadonlyMap<string, Endpoint> {
  return new Map<string, Endpoint>([
    ['/metrics', (query) => metrics(view, questions, query)],
    ['/livez', (query) => livez(view, query)],
    ['/readyz', (query) => readyz(view, query)],
    ['/healthz', (query) => healthz(view, questions, query)],
    ['/startupz', (query) => startupz(view, query)],
  ]);
}

async function metrics(view: View, questions: Questions, { accept }: Query): Promise<Answer> {
  const reply = await questions.ask({ kind: 'metrics', accept }, METRICS_LIMIT_MS);
  if (reply !== undefined) return reply;
  return text(
    503,
    `The main thread did not give its metrics within ${seconds(METRICS_LIMIT_MS)}; ` +
      `its event loop has been blocked for ${seconds(view.heartbeatAgeMs)}`,
  );
}
