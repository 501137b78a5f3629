import { otlpHosts } from '../exporters/endpoints.ts';
import type { Overview } from '../overview.ts';
import { operationsAt } from '../policies.ts';
import { attention, type Finding, note, ok } from '../report.ts';
import { counted } from '../shown-path.ts';

/** Clients of HTTP that send by `node:http`. */
const HTTP_CLIENTS = ['axios', 'got', 'node-fetch', 'superagent', 'needle', 'request', 'follow-redirects', 'gaxios'];

/** What was sent while it ran: under policies, or around them. */
export function trafficFindings({ agent, main, calls, traffic, packages }: Overview): Finding[] {
  const config = agent?.config;
  if (config === undefined || main === undefined) return [];
  const exporting = otlpHosts(main.env);
  const clients = packages.map(({ name }) => name).filter((name) => HTTP_CLIENTS.includes(name));
  const told = calls.map(({ operation, calls: count, attempts, failures }) =>
    ok(`${operation}: ${counted(count, 'call')}, ${counted(attempts, 'attempt')}, ${failures} failed or refused`),
  );
  const around = traffic.flatMap(({ host, via, requests, hardened }) => {
    const bare = requests - hardened;
    if (bare <= 0 || exporting.has(host)) return [];
    const operations = operationsAt(config, host);
    if (via === 'node:http') return [byHttp(host, bare, operations, clients)];
    if (operations.length === 0) {
      return [
        note(
          `${bare} of ${counted(requests, 'request')} to ${host} had no policy: no rule of runtime.upstreams has that host`,
        ),
      ];
    }
    return [
      note(
        `${bare} of ${counted(requests, 'request')} to ${host} had no policy, though ${operations.join(', ')} has that host`,
        {
          why: 'their path or method matches no rule, or they were sent by code that has a fetch of its own',
        },
      ),
    ];
  });
  return [...told, ...around];
}

function byHttp(host: string, count: number, operations: readonly string[], clients: readonly string[]): Finding {
  const through = clients.length === 0 ? 'node:http' : `node:http (${[...new Set(clients)].join(', ')})`;
  const what = `${counted(count, 'request')} to ${host} went through ${through}, which the agent does not patch`;
  const why =
    'they have no limits, retries and breakers, their agent opens sockets without number, and who retries them is on its own';
  const remedy = 'use fetch for them, or put them under bridge.run(operation, fn)';
  return operations.length === 0
    ? note(what, { why, remedy })
    : attention(`${what}, though ${operations.join(', ')} has that host`, why, remedy);
}
