import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../packages/agent/src/cli/run.ts';
import type { Finding } from '../../packages/agent/src/cli/verify/finding.ts';
import { terminal } from '../agent/cli/terminal.ts';
import { type FullDemo, startFullDemo } from '../support/every-policy.ts';
import { sendSpans, spanIds } from '../support/otlp-spans.ts';
import { treeOf } from '../support/process-tree.ts';
import { describeWithServers } from '../support/servers.ts';
import { waitFor } from '../support/servers-process.ts';
import { type RunningStack, stackPrograms, startStack } from '../support/stack.ts';
import { startUpstream } from '../support/upstream.ts';

interface PrometheusTarget {
  readonly labels: { readonly job: string };
  readonly health: string;
  readonly lastError: string;
}

async function data<T>(url: string): Promise<T> {
  return ((await (await fetch(url)).json()) as { data: T }).data;
}

async function verify(prometheus: string): Promise<{ code: number; findings: readonly Finding[] }> {
  const screen = terminal();
  const code = await runCli(['verify', '--prometheus', prometheus, '--range', '2m', '--json'], screen);
  return { code, findings: JSON.parse(screen.stdout()) as Finding[] };
}

async function isAnswered(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

describeWithServers(['prometheus', 'alertmanager', 'otelcol'], 'crossbridge stack --native', () => {
  describe('with the demo, which pushes, and an agent that is scraped', () => {
    let demo: FullDemo;
    let stack: RunningStack;

    beforeAll(async () => {
      demo = await startFullDemo(20);
      stack = await startStack(['--demo', '--target', demo.admin]);
    });

    afterAll(async () => {
      await stack?.stop();
      await demo?.stop();
    });

    test('scrapes every target', async () => {
      const targets = await waitFor(
        async () => {
          const { activeTargets } = await data<{ activeTargets: PrometheusTarget[] }>(
            `${stack.prometheus}/api/v1/targets`,
          );
          return activeTargets.length > 0 && activeTargets.every(({ health }) => health === 'up')
            ? activeTargets
            : undefined;
        },
        { what: 'every target to be up', crashed: stack.crashed, log: stack.log },
      );
      expect(targets.map(({ labels }) => labels.job).toSorted()).toEqual([
        'crossbridge',
        'crossbridge-collector',
        'otelcol',
      ]);
      expect(targets.filter(({ lastError }) => lastError !== '')).toEqual([]);
    });

    test('has loaded every rule, and tells Alertmanager that it is alive', async () => {
      const { groups } = await data<{ groups: { rules: { health: string }[] }[] }>(`${stack.prometheus}/api/v1/rules`);
      expect(groups.flatMap(({ rules }) => rules).length).toBeGreaterThan(40);
      await waitFor(
        async () => {
          const alerts = (await (await fetch(`${stack.alertmanager}/api/v2/alerts`)).json()) as {
            labels: { alertname: string };
          }[];
          return alerts.some(({ labels }) => labels.alertname === 'CrossBridgeWatchdog') ? true : undefined;
        },
        { what: 'the watchdog at Alertmanager', crashed: stack.crashed, log: stack.log },
      );
    });

    test('answers the queries of every dashboard, of both services, and crossbridge verify finds nothing broken', async () => {
      const { code, findings } = await waitFor(
        async () => {
          const verified = await verify(stack.prometheus);
          const withData = verified.findings.filter(({ verdict }) => verdict === 'ok').length;
          return verified.code === 0 && withData > 180 ? verified : undefined;
        },
        {
          what: 'data of nearly every query',
          timeoutMs: 90_000,
          everyMs: 2_000,
          crashed: stack.crashed,
          log: stack.log,
        },
      );
      expect(findings.filter(({ verdict }) => verdict === 'broken')).toEqual([]);
      expect(code).toBe(0);
      const jobs = await data<string[]>(
        `${stack.prometheus}/api/v1/label/job/values?match[]=crossbridge_call_duration_seconds_count`,
      );
      expect(jobs).toEqual(['crossbridge', 'demo']);
      await waitFor(
        async () => {
          const url = `${stack.prometheus}/api/v1/series?match[]=traces_span_metrics_calls_total`;
          return (await data<unknown[]>(url)).length > 5 ? true : undefined;
        },
        { what: 'metrics of the spans that the demo pushes', crashed: stack.crashed, log: stack.log },
      );
    });

    test('ends on SIGINT, with all that it has started and all that it has written', async () => {
      const children = treeOf(stack.pid).slice(1);
      // Three programs, and the demo with its upstream and its service.
      expect(children.length).toBeGreaterThanOrEqual(6);
      expect(existsSync(stack.data)).toBe(true);
      await stack.stop();
      expect(await stack.ending()).toBe('0');
      expect(children.filter(isAlive)).toEqual([]);
      expect(existsSync(stack.data)).toBe(false);
    });
  });

  test('ends, and says why, when one of its programs does', async () => {
    const stack = await startStack();
    try {
      const [first = 0] = treeOf(stack.pid).slice(1);
      process.kill(first, 'SIGKILL');
      expect(await stack.ending()).toBe('1');
      expect(stack.log()).toContain('has ended (SIGKILL)');
      expect(await isAnswered(`${stack.prometheus}/-/ready`)).toBe(false);
    } finally {
      await stack.stop();
    }
  });

  test('passes traces on to a backend that it is given', async () => {
    await using backend = await startUpstream((response) => response.end());
    const stack = await startStack(['--traces', backend.url]);
    try {
      const ids = spanIds(41);
      await sendSpans(stack.otlpHttp, 'shop', [{ traceId: ids.trace(), spanId: ids.span(), name: 'call' }]);
      await waitFor(() => backend.requests.find(({ path }) => path === '/v1/traces'), {
        what: 'a trace',
        log: stack.log,
      });
    } finally {
      await stack.stop();
    }
  });

  test('does not start on a port that is taken', async () => {
    await using taken = await startUpstream((response) => response.end());
    const screen = terminal(stackPrograms());
    const { port } = new URL(taken.url);
    const code = await runCli(['stack', '--native', '--prometheus-port', port], screen);
    expect(code).toBe(1);
    expect(screen.stderr()).toContain(`127.0.0.1:${port} already; choose another with --prometheus-port`);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
