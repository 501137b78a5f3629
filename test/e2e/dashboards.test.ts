import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  annotationQueries,
  type DashboardQuery,
  interpolate,
  panelQueries,
  readDashboard,
} from '../../dashboards/check/dashboard-file.ts';
import { DASHBOARDS } from '../../dashboards/src/generate.ts';
import { type FullDemo, startFullDemo } from '../support/every-policy.ts';
import { type Prometheus, type Series, startPrometheus } from '../support/prometheus.ts';
import { describeWithServers } from '../support/servers.ts';
import { waitFor } from '../support/servers-process.ts';

/** What Grafana would put in, for a scrape every second and the last two minutes on screen. */
const VALUES = {
  __rate_interval: '10s',
  __range: '2m',
  job: '.*',
  instance: '.*',
  operation: '.*',
  objective: '0.99',
};

/** The faults of the upstream are spread over this time, and then begin anew. */
const DEMO_SECONDS = 20;

const POINTS = 60;

/**
 * Samples that a query may read for a graph of 60 points, ten scrapes in each, of one process with four operations: some 150 series.
 * The dearest, percentiles of attempts by every error that occurs, settle at 88,000.
 */
const SAMPLES_OF_A_QUERY = 120_000;

/** What no demo shows: nothing shares limits there. */
const ELSEWHERE = 'crossbridge_rate_limit_store_';

function hasData(series: readonly Series[]): boolean {
  return series.some(({ samples }) => samples.some(([, value]) => Number.isFinite(value)));
}

describeWithServers(['prometheus'], 'the dashboards, while calls fail in every way', () => {
  let demo: FullDemo;
  let prometheus: Prometheus;
  const range = () => {
    const end = Date.now() / 1000;
    return { start: end - 2 * POINTS, end, step: 2 };
  };

  beforeAll(async () => {
    demo = await startFullDemo(DEMO_SECONDS);
    prometheus = await startPrometheus({ targets: { demo: [demo.admin] } });
    // Counters that begin at zero must have been seen there for a growth to be seen.
    await waitFor(
      async () => (hasData(await prometheus.query('crossbridge_config_reloads_total')) ? true : undefined),
      { what: 'the first scrape', crashed: demo.crashed, log: prometheus.log },
    );
    demo.reconfigure('capacity: 100,', 'capacity: 101,');
  });

  afterAll(async () => {
    await prometheus?.stop();
    await demo?.stop();
  });

  test('take notice of a reload', async () => {
    const reloads = 'increase(crossbridge_config_reloads_total{crossbridge_config_reload_result="applied"}[2m])';
    await waitFor(
      async () =>
        (await prometheus.query(reloads)).some(({ samples }) => (samples[0]?.[1] ?? 0) > 0) ? true : undefined,
      { what: 'a reload', crashed: demo.crashed, log: demo.log },
    );
  });

  describe.each(Object.keys(DASHBOARDS))('dashboards/%s', (file) => {
    const dashboard = readDashboard(file);
    const queries = [...panelQueries(dashboard), ...annotationQueries(dashboard)].filter(
      ({ expression }) => !expression.includes(ELSEWHERE),
    );

    test('has finite data for every query, within the bounds of its unit', { timeout: 180_000 }, async () => {
      const found = new Map<DashboardQuery, Series[]>();
      let missing = queries;
      expect(missing.length).toBeGreaterThan(0);
      await waitFor(
        async () => {
          for (const query of missing) {
            const series = await prometheus.queryRange(interpolate(query.expression, VALUES), range());
            if (hasData(series)) found.set(query, series);
          }
          missing = missing.filter((query) => !found.has(query));
          return missing.length === 0 ? true : undefined;
        },
        { what: 'data of every query', timeoutMs: 90_000, everyMs: 1000, crashed: demo.crashed, log: prometheus.log },
      ).catch(() => {});
      expect(missing.map(({ where, expression }) => `${where}: ${interpolate(expression, VALUES)}`)).toEqual([]);
      for (const [{ where, unit }, series] of found) {
        for (const [, value] of series.flatMap(({ samples }) => samples)) {
          if (!Number.isFinite(value)) continue;
          expect(value, where).toBeGreaterThanOrEqual(0);
          if (unit === 'percentunit') expect(value, where).toBeLessThanOrEqual(1);
        }
      }
    });

    test('reads 120,000 samples for a graph at most', async () => {
      for (const { where, expression, instant } of queries) {
        const { end, ...graph } = range();
        const one = { start: end, end, step: 1 };
        const cost = await prometheus.queryCost(interpolate(expression, VALUES), instant ? one : { end, ...graph });
        expect(cost, where).toBeGreaterThan(0);
        expect(cost, where).toBeLessThan(SAMPLES_OF_A_QUERY);
      }
    });
  });

  test('find exemplars of every latency that promises some', async () => {
    const promised = Object.keys(DASHBOARDS)
      .flatMap((file) => readDashboard(file).panels)
      .flatMap(({ title, targets = [] }) => targets.map((target) => ({ ...target, title })))
      .filter(({ exemplar }) => exemplar);
    expect(promised.length).toBeGreaterThan(0);
    for (const { expr, title } of promised) {
      const exemplars = await prometheus.queryExemplars(interpolate(expr, VALUES), range());
      expect(exemplars[0]?.labels.trace_id, title).toMatch(/^[0-9a-f]{32}$/);
    }
  });
});
