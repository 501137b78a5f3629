import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, json } from '../support/upstream.ts';
import type { SignalName } from './alert-panels.ts';

/** One service with one trouble, and the alerts that it must lead to. */
export interface Scenario {
  /** The `job` of the service. */
  readonly name: string;
  /** How the upstream answers while the trouble lasts. Default: well. */
  readonly answer?: Answer;
  /** Policies of the operation, in YAML. Default: none. */
  readonly policies?: string;
  /** More of `runtime:`, in YAML; `UPSTREAM` is its address, `REDIS` that of a server of its own. */
  readonly config?: string;
  /** Pause between calls. Default 200. */
  readonly everyMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What else happens to the service when the trouble begins. */
  readonly trouble?: 'killed' | 'misconfigured' | 'redis killed';
  /** The trouble is there from the start and stays. */
  readonly lasting?: boolean;
  /** Exactly the alerts that Prometheus fires. */
  readonly fires: readonly string[];
  /** Those of them that the inhibitions keep back, once the one that keeps them back fires. */
  readonly inhibited?: readonly string[];
  /** Exactly what dashboards show of it, of all that they show of any trouble. */
  readonly shows?: readonly SignalName[];
}

/** A breaker that probes as fast as the rules of the test live. */
const BREAKER = 'circuit_breaker: { failure_ratio: 0.5, minimum_calls: 5, window: 2s, open_for: 300ms }';

const breaks: Answer = (response) => response.destroy();

const after =
  (ms: number): Answer =>
  async (response) => {
    await sleep(ms);
    json(response, 200, {});
  };

const answers =
  (status: number): Answer =>
  (response) =>
    json(response, status, {});

const byTurns =
  (ms: number): Answer =>
  (response, request, index) =>
    (Math.floor(performance.now() / ms) % 2 === 0 ? breaks : answers(200))(response, request, index);

export const SCENARIOS: readonly Scenario[] = [
  { name: 'well', fires: [], shows: [] },
  {
    name: 'upstream-down',
    answer: breaks,
    policies: `retry: { policy: quick, max_attempts: 2, base_delay: 20ms }, ${BREAKER}`,
    fires: ['CallSuccessBurn', 'BreakerOpen', 'Degraded'],
    inhibited: ['BreakerOpen'],
    shows: [
      'success falls',
      'the objective burns',
      'attempts fail',
      'the breaker opens',
      'the breaker keeps load away',
      'openings are marked',
      'health is worse',
    ],
  },
  {
    name: 'upstream-slow',
    answer: after(1000),
    policies: 'retry: false, timeout: { attempt: 400ms }',
    fires: ['CallSuccessBurn', 'Degraded'],
    shows: [
      'success falls',
      'the objective burns',
      'attempts take long',
      'attempts fail',
      'attempts time out',
      'health is worse',
    ],
  },
  {
    name: 'storm-of-429',
    answer: answers(429),
    policies:
      'retry: { policy: quick, max_attempts: 3, base_delay: 20ms }, retry_budget: { ratio: 0.1, min_retries_per_second: 0 }',
    // Health does not take a 429 for a failure of what was called.
    fires: ['CallSuccessBurn', 'RetryBudgetEmpty'],
    inhibited: ['RetryBudgetEmpty'],
    shows: ['success falls', 'the objective burns', 'attempts fail', 'the budget refuses'],
  },
  {
    name: 'retry-storm',
    // Every call needs two attempts.
    answer: (response, _request, index) => json(response, index % 2 === 0 ? 503 : 200, {}),
    policies: 'retry: { policy: quick, max_attempts: 4, base_delay: 20ms, max_delay: 50ms }',
    fires: ['RetryStorm'],
    shows: ['attempts fail', 'retries multiply'],
  },
  {
    name: 'pool-exhausted',
    answer: after(1200),
    policies: 'retry: false, bulkhead: { limit: 2 }',
    everyMs: 150,
    fires: ['CallSuccessBurn', 'BulkheadSaturated', 'BulkheadRejecting'],
    inhibited: ['BulkheadSaturated', 'BulkheadRejecting'],
    shows: ['success falls', 'the objective burns', 'attempts take long', 'slots are taken', 'the bulkhead rejects'],
  },
  {
    name: 'dependency-down',
    answer: (response, request, index) =>
      (request.path === '/health' ? breaks : answers(200))(response, request, index),
    config:
      'health_checks: { enabled: true, interval: 500ms, timeout: 300ms, failure_threshold: 2, providers: { payments: { url: "UPSTREAM/health", required: true } } }',
    fires: ['Unhealthy', 'DependencyDown'],
    shows: ['health is worse', 'processes are not ready'],
  },
  {
    name: 'dependency-flapping',
    answer: byTurns(1500),
    policies: `retry: false, ${BREAKER}`,
    fires: ['CallSuccessBurn', 'BreakerFlapping', 'Degraded'],
    inhibited: ['BreakerFlapping'],
    shows: [
      'success falls',
      'the objective burns',
      'attempts fail',
      'the breaker opens',
      'the breaker keeps load away',
      'openings are marked',
      'health is worse',
    ],
  },
  {
    name: 'not-in-front',
    env: { WRAP: '1' },
    lasting: true,
    fires: ['PatchNotInFront'],
    shows: ['something is in front'],
  },
  {
    name: 'misconfigured',
    trouble: 'misconfigured',
    fires: ['ConfigRejected'],
    shows: ['a reload is rejected', 'reloads are marked'],
  },
  {
    name: 'redis-gone',
    trouble: 'redis killed',
    policies: 'retry: false, rate_limit: { capacity: 1000, window: 1s }',
    config: 'rate_limiting: { store: { url: "REDIS", on_store_error: allow } }',
    fires: ['RateLimitStoreFailing'],
    shows: ['the store fails', 'the store is down', 'the store changes'],
  },
  { name: 'telemetry-dead', trouble: 'killed', fires: ['TelemetryAbsent'], shows: ['calls cannot be seen'] },
];

/** crossbridge.yml of a scenario's service. */
export function scenarioConfig(
  { policies = 'retry: false', config = '' }: Scenario,
  upstream: string,
  redis: string = '',
): string {
  return `runtime:
  operations:
    call: { ${policies} }
  upstreams:
    - match: { host: "${new URL(upstream).host}" }
      operation: call
  telemetry: { log_level: off }
  ${config.replaceAll('UPSTREAM', upstream).replaceAll('REDIS', redis)}
`;
}
