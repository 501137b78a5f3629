import type { CheckHealth, HealthStatus } from '@crossbridge/core';
import type { AdminSettings, Question, Reply } from '../../../packages/agent/src/admin/messages.ts';
import { SharedState } from '../../../packages/agent/src/admin/shared-state.ts';
import type { HealthSnapshot } from '../../../packages/agent/src/admin/snapshot.ts';
import type { Answer } from '../../../packages/agent/src/admin/worker/answer.ts';
import { queryOf } from '../../../packages/agent/src/admin/worker/query.ts';
import { Questions } from '../../../packages/agent/src/admin/worker/questions.ts';
import { routesOf } from '../../../packages/agent/src/admin/worker/routes.ts';
import { isReady, overallOf } from '../../../packages/agent/src/admin/worker/verdict.ts';
import { View } from '../../../packages/agent/src/admin/worker/view.ts';

export const SETTINGS: AdminSettings = {
  host: '127.0.0.1',
  port: 0,
  tokenDigest: undefined,
  hostNames: ['127.0.0.1'],
  livenessLimitMs: 30_000,
  readinessLimitMs: 5_000,
};

export function check(name: string, status: HealthStatus, more: Partial<CheckHealth> = {}): CheckHealth {
  const atMs = Date.UTC(2026, 0, 1);
  return {
    check: name,
    status,
    message: status === 'healthy' ? '' : `${name} is ${status}`,
    required: undefined,
    flapping: false,
    source: 'probe',
    sinceMs: atMs,
    last: { status, atMs, durationMs: 12, inARow: 3, details: {} },
    ...more,
  };
}

/** A check without a result yet. */
export function pending(name: string): CheckHealth {
  return check(name, 'unknown', { sinceMs: undefined, last: undefined });
}

export function snapshotOf(...checks: readonly CheckHealth[]): HealthSnapshot {
  const overall = overallOf(checks);
  return { overall, checks, omitted: 0, ready: isReady(overall, checks, true), continueOnDegraded: true };
}

/** The endpoints of a process whose event loop is `pulse.ageMs` behind. Questions are answered by `reply`, which may be missing. */
export function site(settings: Partial<AdminSettings> = {}) {
  const shared = new SharedState();
  const pulse = { ageMs: 0 };
  const view = new View(shared, { ...SETTINGS, ...settings }, pulse);
  const main: { reply: ((question: Question) => Reply) | undefined; asked: Question[] } = {
    reply: undefined,
    asked: [],
  };
  const questions: Questions = new Questions((id, question) => {
    main.asked.push(question);
    if (main.reply !== undefined) questions.answer(id, main.reply(question));
  });
  const routes = routesOf(view, questions);
  const get = async (target: string, accept?: string): Promise<Answer & { readonly json: Record<string, unknown> }> => {
    const query = queryOf(target, accept);
    const answer = await routes.get(query.path)?.(query);
    if (answer === undefined) throw new Error(`no endpoint ${query.path}`);
    const json = answer.contentType.includes('json') ? (JSON.parse(answer.body) as Record<string, unknown>) : {};
    return { ...answer, json };
  };
  return { shared, pulse, view, main, questions, routes, get };
}
