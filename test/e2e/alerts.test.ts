import { afterAll, beforeAll, expect, test } from 'vitest';
import { rulesText } from '../../dashboards/src/rules/generate.ts';
import { DEFAULT_SETTINGS, fasterTime } from '../../dashboards/src/rules/settings.ts';
import { type Alertmanager, startAlertmanager } from '../support/alertmanager.ts';
import { type App, startApp } from '../support/app.ts';
import type { DatabaseServer } from '../support/database-server.ts';
import { type Prometheus, startPrometheus } from '../support/prometheus.ts';
import { startRedis } from '../support/redis-server.ts';
import { describeWithServers } from '../support/servers.ts';
import { freePorts, waitFor } from '../support/servers-process.ts';
import { json, startUpstream, type Upstream } from '../support/upstream.ts';
import { beyond, type SignalName } from './alert-panels.ts';
import { SCENARIOS, type Scenario, scenarioConfig } from './alert-scenarios.ts';

/** A minute of the rules is a second here: windows, waits and what Alertmanager groups by are all so much shorter. */
const FASTER = 60;

/** Seconds of good calls before anything fails, and of trouble. */
const GOOD_S = 15;
const TROUBLE_S = 35;

/** Seconds of what dashboards show without trouble: a few scrapes after it began, or ended. */
const SETTLED_S = 8;

interface Service {
  readonly scenario: Scenario;
  readonly upstream: Upstream;
  readonly port: number;
  readonly redis: DatabaseServer | undefined;
  app: App;
}

describeWithServers(['prometheus', 'alertmanager', 'redis'], 'Prometheus and Alertmanager, told of faults', () => {
  const services: Service[] = [];
  let alertmanager: Alertmanager;
  let prometheus: Prometheus;

  beforeAll(async () => {
    const ports = await freePorts(SCENARIOS.length);
    for (const [index, scenario] of SCENARIOS.entries()) {
      const upstream = await startUpstream((response) => json(response, 200, {}));
      const port = ports[index] ?? 0;
      const redis = scenario.trouble === 'redis killed' ? await startRedis() : undefined;
      services.push({ scenario, upstream, port, redis, app: await start(scenario, upstream, port, redis) });
    }
    alertmanager = await startAlertmanager(FASTER);
    prometheus = await startPrometheus({
      targets: Object.fromEntries(services.map(({ scenario, port }) => [scenario.name, [`127.0.0.1:${port}`]])),
      scrapeInterval: '500ms',
      rules: rulesText({ ...DEFAULT_SETTINGS, time: fasterTime(FASTER) }),
      alertmanager: alertmanager.address,
    });
    for (const { app } of services) await app.admin('/livez');
  });

  afterAll(async () => {
    await prometheus?.stop();
    await alertmanager?.stop();
    for (const { app, upstream, redis } of services) {
      await app[Symbol.asyncDispose]();
      await redis?.stop();
      await upstream[Symbol.asyncDispose]();
    }
  });

  function start(scenario: Scenario, upstream: Upstream, adminPort: number, redis?: DatabaseServer): Promise<App> {
    return startApp({
      app: 'faults.mjs',
      config: scenarioConfig(scenario, upstream.url, redis?.url),
      adminPort,
      env: { UPSTREAM_URL: upstream.url, EVERY_MS: `${scenario.everyMs ?? 200}`, ...scenario.env },
    });
  }

  /**
   * The alerts that fire now, by service; the Watchdog is no service's. Without those that look at days: they begin a minute after
   * the trouble, and it is right that they stay for longer than the test.
   */
  async function firing(): Promise<Map<string, Set<string>>> {
    const found = new Map(SCENARIOS.map(({ name }) => [name, new Set<string>()]));
    for (const { labels } of await prometheus.query('ALERTS{alertstate="firing", job!="", window!~"1d|3d"}')) {
      found.get(labels.job ?? '')?.add((labels.alertname ?? '').replace('CrossBridge', ''));
    }
    return found;
  }

  /** What the dashboards show of trouble, by service, over the seconds before `end` (since 1970). */
  async function shown(end: number, seconds: number): Promise<Map<string, Map<SignalName, number>>> {
    const found = new Map<string, Map<SignalName, number>>();
    for (const { name, shows } of SCENARIOS) {
      const signals = await beyond(prometheus, name, { start: end - seconds, end });
      if (shows !== undefined) found.set(name, signals);
    }
    return found;
  }

  function names(found: ReadonlyMap<string, ReadonlyMap<SignalName, number>>): Map<string, SignalName[]> {
    return new Map([...found].map(([job, signals]) => [job, [...signals.keys()].sort()]));
  }

  /** What they should show. */
  function expected(of: (scenario: Scenario) => boolean): Map<string, SignalName[]> {
    return new Map(
      SCENARIOS.flatMap((scenario) =>
        scenario.shows === undefined ? [] : [[scenario.name, of(scenario) ? [...scenario.shows].sort() : []]],
      ),
    );
  }

  function summaryOf(job: string, alert: string): string | undefined {
    const found = alertmanager.notifications.find(
      ({ labels }) => labels.job === job && labels.alertname === `CrossBridge${alert}`,
    );
    return found?.annotations.summary;
  }

  test('fire what they should and nothing else, tell whom they should, and end', { timeout: 240_000 }, async () => {
    const seen = new Map(SCENARIOS.map(({ name }) => [name, new Map<string, number>()]));
    let from = performance.now();
    const watch = async (seconds: number): Promise<void> => {
      const until = performance.now() + seconds * 1000;
      while (performance.now() < until) {
        for (const [job, alerts] of await firing()) {
          for (const alert of alerts) {
            const times = seen.get(job);
            if (times?.has(alert) === false) times.set(alert, performance.now() - from);
          }
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    };
    await watch(GOOD_S);
    expect(names(await shown(Date.now() / 1000, SETTLED_S))).toEqual(expected(({ lasting }) => lasting === true));
    from = performance.now();
    for (const service of services) {
      const { scenario, upstream, app } = service;
      if (scenario.answer !== undefined) upstream.answer = scenario.answer;
      if (scenario.trouble === 'killed') app.kill('SIGKILL');
      await service.redis?.kill();
      if (scenario.trouble === 'misconfigured') app.reconfigure('runtime: { operations: { call: { retri: quick } } }');
    }
    await watch(TROUBLE_S);
    const troubled = Date.now() / 1000;
    const recovered = performance.now();
    for (const service of services) {
      const { scenario, upstream, port } = service;
      upstream.answer = (response) => json(response, 200, {});
      if (scenario.trouble === 'killed') service.app = await start(scenario, upstream, port);
      await service.redis?.restart();
    }
    for (const [job, alerts] of seen) {
      const times = [...alerts].map(([alert, ms]) => `${alert} ${(ms / 1000).toFixed(1)}`);
      console.log(`${job}: ${times.join(', ') || 'nothing'}`);
    }
    const moved = await shown(troubled, TROUBLE_S);
    for (const [job, signals] of moved) {
      const values = [...signals].map(([signal, value]) => `${signal} (${value.toFixed(2)})`);
      console.log(`${job} shows: ${values.join(', ') || 'nothing'}`);
    }
    expect(names(moved)).toEqual(expected(() => true));
    for (const { name, fires } of SCENARIOS) {
      expect([...(seen.get(name)?.keys() ?? [])].sort(), name).toEqual([...fires].sort());
    }
    const told = alertmanager.notifications.map(({ receiver, status, labels }) => ({
      alert: `${labels.job ?? 'none'}: ${(labels.alertname ?? '').replace('CrossBridge', '')}`,
      status,
      receiver,
      severity: labels.severity,
    }));
    for (const { name, fires, inhibited = [] } of SCENARIOS) {
      const expected = fires.filter((alert) => !inhibited.includes(alert)).map((alert) => `${name}: ${alert}`);
      const heard = new Set(told.map(({ alert }) => alert).filter((alert) => alert.startsWith(`${name}: `)));
      // What is inhibited may have been told before what inhibits it fired.
      for (const alert of inhibited) heard.delete(`${name}: ${alert}`);
      expect([...heard].sort()).toEqual(expected.sort());
    }
    for (const { alert, severity, receiver } of told) {
      const expected = { critical: 'pager', warning: 'team', none: 'dead-man-switch' }[severity ?? ''];
      expect(receiver, alert).toBe(expected);
    }
    expect(told.some(({ alert }) => alert.endsWith(': Watchdog'))).toBe(true);
    expect(summaryOf('upstream-down', 'CallSuccessBurn')).toMatch(
      /^call of upstream-down: [\d.]+% of the calls of (1h|6h) failed, most often with \w+ \(attempts: UND_ERR_SOCKET\)$/,
    );
    expect(summaryOf('storm-of-429', 'CallSuccessBurn')).toMatch(/most often with 429 \(attempts: 429\)$/);
    expect(summaryOf('dependency-down', 'Unhealthy')).toBe('dependency-down: 1 process(es) unhealthy: payments');
    const lasting = new Set(SCENARIOS.flatMap(({ name, lasting }) => (lasting === true ? [name] : [])));
    await waitFor(
      async () => {
        const left = [...(await firing())].filter(([job, alerts]) => alerts.size > 0 && !lasting.has(job));
        if (left.length > 0)
          throw new Error(`Still firing: ${left.map(([job, alerts]) => [job, ...alerts].join(' '))}`);
        return true;
      },
      { what: 'the alerts to end', timeoutMs: 150_000, everyMs: 500, log: prometheus.log },
    );
    // Health looks back over a minute of real time.
    await expect
      .poll(async () => names(await shown(Date.now() / 1000, SETTLED_S)), { timeout: 60_000, interval: 1000 })
      .toEqual(expected(({ lasting }) => lasting === true));
    console.log(
      `all ended and looked well ${((performance.now() - recovered) / 1000).toFixed(1)} s after the recovery`,
    );
  });
});
