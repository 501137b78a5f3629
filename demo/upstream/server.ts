import { randomUUID } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type JsonAnswer, openAIError } from './answer.ts';
import { Quota } from './quota.ts';
import { type Routed, routeRequest } from './request.ts';
import { reset, send, sendHalf } from './respond.ts';
import type { FaultKind, Route, Schedule, Treatment } from './schedule.ts';
import { StatsCounter } from './stats.ts';

/** Requests per minute that the chat and embedding models say they grant. */
const REQUESTS_PER_MINUTE = 3_000;
/** What the search API grants; a client that goes over is locked out for five seconds. */
const SEARCH_QUOTA = { perSecond: 10, burst: 10, lockoutMs: 5_000 } as const;

export interface UpstreamOptions {
  readonly schedule: Schedule;
  /** Milliseconds that never run backwards. Default: the process clock. */
  readonly now?: () => number;
}

/**
 * An upstream that speaks the OpenAI API and a small JSON API, and fails as its schedule says. The schedule's time starts with
 * the first request that takes part in it. `GET /__stats` tells what it saw ({@link UpstreamStats}).
 */
export function createUpstream(options: UpstreamOptions): Server {
  const { schedule, now = () => performance.now() } = options;
  const stats = new StatsCounter();
  const searchQuota = new Quota({ ...SEARCH_QUOTA, now });
  let startedAtMs: number | null = null;

  async function handle({ route, answer }: Routed, response: ServerResponse): Promise<void> {
    if (route === null) {
      stats.refused();
      return send(response, answer);
    }
    startedAtMs ??= now();
    const nth = stats.request(route);
    const treatment = schedule.treat(route, nth, now() - startedAtMs);
    const lockedMs = route === 'search' ? searchQuota.take() : 0;
    const fault = lockedMs > 0 ? 'over_quota' : treatment.fault;
    if (fault !== null) stats.fault(route, fault);
    if (fault === 'over_quota') return send(response, tooMany(route, lockedMs));
    await sleep(treatment.latencyMs);
    return misbehave(route, answer, treatment, response);
  }

  const server = createServer((request, response) => {
    response.setHeader('x-request-id', `req_${randomUUID()}`);
    if (request.url === '/__stats') {
      void send(response, { kind: 'json', status: 200, body: stats.read() });
      return;
    }
    // A client that leaves in the middle is its own affair: there is nobody left to answer.
    routeRequest(request)
      .then((routed) => handle(routed, response))
      .catch(() => response.destroy());
  });
  // Longer than any pause of the demo, so that a reset is always one that the schedule wanted.
  server.keepAliveTimeout = 120_000;
  return server;
}

async function misbehave(route: Route, answer: Answer, treatment: Treatment, response: ServerResponse): Promise<void> {
  if (route === 'chat' || route === 'embeddings') {
    for (const [name, value] of Object.entries(quotaHeaders(treatment.fault))) response.setHeader(name, value);
  }
  switch (treatment.fault) {
    case null:
    case 'slow':
      return send(response, answer);
    case 'reset':
      return reset(response);
    case 'truncated':
      return sendHalf(response, answer);
    case 'throttled':
      return send(response, tooMany(route, treatment.retryAfterMs));
    case 'server_error':
      return send(response, failure(route, 500, 'The server had an error while processing your request.'));
    case 'unavailable':
      return send(response, failure(route, 503, 'The server is overloaded or not ready yet.'));
  }
}

function quotaHeaders(fault: FaultKind | null): Readonly<Record<string, string>> {
  return {
    'x-ratelimit-limit-requests': String(REQUESTS_PER_MINUTE),
    'x-ratelimit-remaining-requests': fault === 'throttled' ? '0' : String(REQUESTS_PER_MINUTE - 1),
    'x-ratelimit-reset-requests': `${60_000 / REQUESTS_PER_MINUTE}ms`,
  };
}

function failure(route: Route, status: number, message: string): JsonAnswer {
  if (route === 'chat' || route === 'embeddings') return openAIError(status, message, { type: 'server_error' });
  return { kind: 'json', status, body: { error: message } };
}

function tooMany(route: Route, retryAfterMs: number): JsonAnswer {
  const answer =
    route === 'chat' || route === 'embeddings'
      ? openAIError(429, 'Rate limit reached for requests per minute.', {
          type: 'requests',
          code: 'rate_limit_exceeded',
        })
      : failure(route, 429, 'too many requests');
  return {
    ...answer,
    headers: {
      'retry-after': String(Math.ceil(retryAfterMs / 1_000)),
      'retry-after-ms': String(Math.ceil(retryAfterMs)),
    },
  };
}
