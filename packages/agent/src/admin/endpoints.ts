import type { BridgeStateView, HealthStatus } from '@crossbridge/core';
import type { RunningSdk } from '../sdk/start-sdk.ts';
import { PROMETHEUS_CONTENT_TYPE, prometheusText } from './prometheus-text.ts';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export type Endpoint = () => Answer | Promise<Answer>;

/** What the endpoints tell about. */
export interface AdminSources {
  readonly state: BridgeStateView;
  /** Undefined when the SDK could not be started: `/metrics` then says so. */
  readonly sdk: RunningSdk | undefined;
  /** Whether the process has been told to stop. */
  readonly stopping: () => boolean;
}

/** The endpoints by path. */
export function endpoints(sources: AdminSources): ReadonlyMap<string, Endpoint> {
  return new Map<string, Endpoint>([
    ['/metrics', () => metrics(sources)],
    // Liveness asks whether a restart would help, so it looks at no dependency.
    ['/livez', () => json(200, { status: 'healthy' })],
    ['/readyz', () => ready(sources)],
    ['/healthz', () => health(sources)],
  ]);
}

async function metrics({ sdk }: AdminSources): Promise<Answer> {
  if (sdk === undefined) {
    return { status: 503, contentType: 'text/plain; charset=utf-8', body: 'The OpenTelemetry SDK is not running\n' };
  }
  const { resourceMetrics } = await sdk.pullReader.collect();
  return { status: 200, contentType: PROMETHEUS_CONTENT_TYPE, body: prometheusText(resourceMetrics) };
}

/** Readiness asks whether to send traffic: not while stopping, nor when nothing works. */
function ready({ state, stopping }: AdminSources): Answer {
  if (stopping()) return json(503, { status: 'unhealthy', reason: 'stopping' });
  const { overall, checks } = state.health();
  const failing = checks.filter(({ status }) => status !== 'healthy');
  return json(codeOf(overall), { status: overall, failing });
}

/** Everything that is known, for people. */
function health({ state, stopping }: AdminSources): Answer {
  const { overall, checks } = state.health();
  return json(codeOf(overall), { status: overall, stopping: stopping(), checks, operations: state.operations() });
}

function codeOf(status: HealthStatus): number {
  return status === 'healthy' || status === 'degraded' ? 200 : 503;
}

function json(status: number, body: unknown): Answer {
  return { status, contentType: 'application/health+json; charset=utf-8', body: `${JSON.stringify(body, null, 2)}\n` };
}
