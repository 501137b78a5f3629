import { adminPort } from '../../../admin/settings.ts';
import { type Environment, exportersOf, text } from '../../../sdk/env.ts';
import { type Endpoint, endpointsIn, SIGNALS } from '../exporters/endpoints.ts';
import { portProblem, type Reached, reach } from '../exporters/reach.ts';
import type { Overview } from '../overview.ts';
import { attention, type Finding, note, ok } from '../report.ts';
import { NO_SDK } from './telemetry.ts';

/** Whether what is told gets anywhere: each endpoint is tried, and the port of `/metrics`, once the program has ended. */
export async function exporterFindings({ run, main, agent }: Overview): Promise<Finding[]> {
  if (main === undefined) return [];
  const env = { ...run.env, ...main.env };
  const port = agent === undefined ? [] : await portFinding(agent.config.admin, env);
  if (text('OTEL_SDK_DISABLED', env)?.toLowerCase() === 'true') return [NO_SDK, ...port];
  const tried = await Promise.all(
    endpointsIn(env).map(async (endpoint) => ({ endpoint, reached: await reach(endpoint, env) })),
  );
  const silent = SIGNALS.filter((signal) => exportersOf(signal, env).length === 0).map((signal) =>
    signal.toLowerCase(),
  );
  return [
    ...alike(tried).map(reachFinding),
    ...(silent.length === 0
      ? []
      : [
          note(`not exported: ${silent.join(', ')}`, {
            remedy: 'set OTEL_EXPORTER_OTLP_ENDPOINT, if there is a collector; metrics are on /metrics all the same',
          }),
        ]),
    ...port,
  ];
}

interface Tried {
  readonly endpoint: Endpoint;
  readonly reached: Reached;
}

/** Signals that go the same way, and got the same answer, are one thing to be told. */
function alike(tried: readonly Tried[]): readonly (readonly [Tried, ...Tried[]])[] {
  // Without Map.groupBy: a Node.js that is too old for the agent is to be told so.
  const groups = new Map<string, [Tried, ...Tried[]]>();
  for (const each of tried) {
    const { variable, protocol } = each.endpoint;
    const key = [variable, protocol, JSON.stringify(each.reached)].join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()];
}

function reachFinding(group: readonly [Tried, ...Tried[]]): Finding {
  const [{ endpoint, reached }] = group;
  const { protocol, variable } = endpoint;
  const signals = group.map(({ endpoint: { signal } }) => signal.toLowerCase());
  const url = withoutCredentials(endpoint.url);
  const place = group.length === 1 ? url : url.replace(/\/v1\/\w+$/, '');
  const what = `${signals.join(', ')} to ${place} (${protocol})`;
  const where = variable ?? 'OTEL_EXPORTER_OTLP_ENDPOINT';
  if ('connected' in reached) return ok(`${what}: connected; by gRPC nothing more is tried`);
  if ('failure' in reached) {
    return attention(
      `${what}: ${reached.failure}`,
      'what is exported gets lost; calls are not held up by it',
      `start the collector, or correct ${where}; it is tried from this machine`,
    );
  }
  const { status } = reached;
  if (status < 300) return ok(`${what}: answered ${status} to an empty export`);
  if (status === 401 || status === 403) {
    return attention(
      `${what}: ${status}`,
      'the collector refuses who sends',
      'set OTEL_EXPORTER_OTLP_HEADERS to what it asks for',
    );
  }
  if (status === 404 || status === 405) {
    return attention(
      `${what}: ${status}`,
      'something listens there, but takes no OTLP at that path',
      `correct ${where}: the general one gets /v1/<signal> appended, that of one signal is used as it is`,
    );
  }
  return attention(`${what}: ${status}`, 'the collector does not take what is exported now', 'look at its log');
}

function withoutCredentials(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  url.username = '';
  url.password = '';
  url.search = '';
  return url.href;
}

type AdminConfig = NonNullable<Overview['agent']>['config']['admin'];

async function portFinding({ enabled, host, port: configured }: AdminConfig, env: Environment): Promise<Finding[]> {
  if (!enabled) return [note('no /metrics and no health endpoints: runtime.admin.enabled is false')];
  const port = adminPort(configured, env, () => {});
  if (port === 0)
    return [ok('/metrics and the health endpoints get a free port at each start (runtime.admin.port is 0)')];
  const problem = await portProblem(host, port);
  if (problem === undefined) return [ok(`/metrics and the health endpoints: ${host}:${port} is free for them`)];
  return [
    attention(
      `/metrics and the health endpoints: ${host}:${port} is ${problem === 'EADDRINUSE' ? 'taken by another process' : `not to be had (${problem})`}`,
      'the service runs on without them',
      'set runtime.admin.port or CROSSBRIDGE_ADMIN_PORT; or end the other, if it is this service itself',
    ),
  ];
}
