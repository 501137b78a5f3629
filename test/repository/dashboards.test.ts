import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  annotationQueries,
  type DashboardPanel,
  type GridPosition,
  interpolate,
  panelQueries,
  readDashboard,
} from '../../dashboards/check/dashboard-file.ts';
import { readPromql } from '../../dashboards/check/promql-reading.ts';
import { DASHBOARDS, dashboardPath, dashboardText } from '../../dashboards/src/generate.ts';
import { prometheusLabelName, prometheusMetricName } from '../../packages/otel/src/prometheus-names.ts';
import { CATALOGUE } from '../../packages/otel/src/signals.ts';
import { describeWithServers, serverPath } from '../support/servers.ts';
import { temporaryDirectory } from '../support/servers-process.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's syntax for a variable.
const CHOSEN_DATASOURCE = '${datasource}';

/** What Grafana fills in by itself, beside the dashboard's own variables. */
const VALUES = { __rate_interval: '1m', __range: '1h', job: 'api|worker', operation: 'search|db\\\\.query' };

/** Units of Grafana 10 to 13 that the panels may have; a name that Grafana does not know is shown as text. */
const UNITS = ['none', 'short', 'percentunit', 's', 'reqps', 'ops', 'cps'];

/** The labels of every series that CrossBridge's metrics have in Prometheus, by the name of the series. */
const SERIES: ReadonlyMap<string, readonly string[]> = new Map(
  CATALOGUE.metrics.flatMap((metric): [string, string[]][] => {
    const name = prometheusMetricName(metric);
    const attributes = [...metric.attributes, ...metric.optional];
    const labels = ['job', 'instance', ...attributes.map((attribute) => prometheusLabelName(attribute.name))];
    if (metric.type !== 'histogram') return [[name, labels]];
    return [
      [`${name}_bucket`, [...labels, 'le']],
      [`${name}_count`, labels],
      [`${name}_sum`, labels],
    ];
  }),
);

function overlap(a: GridPosition, b: GridPosition): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

describe.each(Object.keys(DASHBOARDS))('dashboards/%s', (file) => {
  const dashboard = readDashboard(file);
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');
  const queries = [...panelQueries(dashboard), ...annotationQueries(dashboard)];
  const readings = queries.map(({ where, expression }) => ({ where, ...readPromql(interpolate(expression, VALUES)) }));
  const each = (check: (panel: DashboardPanel) => void): void => {
    expect(panels.length).toBeGreaterThan(0);
    for (const panel of panels) check(panel);
  };

  test('is what `node dashboards/src/generate.ts` writes', () => {
    expect(readFileSync(dashboardPath(file), 'utf8')).toBe(dashboardText(file));
  });

  test('has a schema that Grafana 10 to 13 import', () => {
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
    expect(dashboard.schemaVersion).toBeLessThanOrEqual(42);
  });

  test('gives every panel an id of its own', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => Number.isInteger(id) && id > 0)).toBe(true);
  });

  test('gives every panel a title that no other panel of its row has', () => {
    const rows: string[][] = [];
    for (const { type, title } of dashboard.panels) {
      if (type === 'row') rows.push([]);
      else rows.at(-1)?.push(title);
    }
    for (const titles of rows) expect(new Set(titles).size, titles.join(', ')).toBe(titles.length);
    each(({ title }) => expect(title).toMatch(/\S/));
  });

  test('says what every panel shows, in which unit, and what it means when it is empty', () => {
    each(({ title, description, fieldConfig }) => {
      expect(description?.length, title).toBeGreaterThan(40);
      expect(UNITS, title).toContain(fieldConfig?.defaults.unit);
      expect(fieldConfig?.defaults.noValue, title).toMatch(/\S/);
    });
  });

  test('names every series', () => {
    each(({ title, targets = [] }) => {
      expect(targets.length, title).toBeGreaterThan(0);
      for (const { legendFormat } of targets) expect(legendFormat, title).toMatch(/\S/);
    });
  });

  test('takes the data of every panel from the chosen data source', () => {
    each(({ title, datasource, targets = [] }) => {
      expect(datasource, title).toEqual({ type: 'prometheus', uid: CHOSEN_DATASOURCE });
      for (const target of targets) expect(target.datasource.uid, title).toBe(CHOSEN_DATASOURCE);
    });
  });

  test('puts no panel over another or over the edge', () => {
    for (const [index, { title, gridPos }] of dashboard.panels.entries()) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      expect(Math.min(gridPos.x, gridPos.y, gridPos.w - 1, gridPos.h - 1), title).toBeGreaterThanOrEqual(0);
      for (const other of dashboard.panels.slice(index + 1)) {
        expect(overlap(gridPos, other.gridPos), `${title} and ${other.title}`).toBe(false);
      }
    }
  });

  test('has thresholds that rise', () => {
    each(({ title, fieldConfig }) => {
      const [first, ...rest] = fieldConfig?.defaults.thresholds?.steps ?? [];
      expect(first?.value, title).toBeNull();
      const values = rest.map(({ value }) => value ?? Number.NaN);
      expect(values, title).toEqual([...new Set(values)].sort((a, b) => a - b));
    });
  });

  test('has the variables that its queries use, and uses every variable that it has', () => {
    const names = dashboard.templating.list.map(({ name }) => name).filter((name) => name !== 'datasource');
    expect(names).toEqual(['job', 'operation']);
    const used = queries.flatMap(({ expression }) => [...expression.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name));
    expect(new Set(used)).toEqual(new Set(Object.keys(VALUES)));
  });

  test('lets Grafana choose the window of every rate', () => {
    for (const { expression, where } of queries) {
      for (const [, window] of expression.matchAll(/\[([^\]]*)\]/g)) {
        expect(['$__rate_interval', '$__range'], where).toContain(window);
      }
    }
  });

  test('has queries that the grammar of Prometheus accepts', () => {
    expect(readings.length).toBeGreaterThan(0);
    for (const { where, errors } of readings) expect(errors, where).toEqual([]);
  });

  test('asks only for metrics and labels of the catalogue', () => {
    for (const { where, selectors, grouping } of readings) {
      expect(selectors.length, where).toBeGreaterThan(0);
      for (const { metric, labels } of selectors) {
        expect([...SERIES.keys()], where).toContain(metric);
        for (const label of labels) expect(SERIES.get(metric), `${where}: ${metric}`).toContain(label);
      }
      const known = selectors.flatMap(({ metric }) => SERIES.get(metric) ?? []);
      for (const label of grouping) expect(known, where).toContain(label);
    }
  });

  test('limits every query to the chosen services', () => {
    for (const { where, selectors } of readings) {
      for (const { labels, metric } of selectors) expect(labels, `${where}: ${metric}`).toContain('job');
    }
  });

  test('offers in its variables the values of labels of the catalogue', () => {
    const variables = dashboard.templating.list.filter(({ type }) => type === 'query');
    expect(variables.length).toBeGreaterThan(0);
    for (const { name, query } of variables) {
      const text = (query as { query: string }).query;
      const [, series = '', label] = /^label_values\((\w+)(?:\{.*\})?, (\w+)\)$/.exec(text) ?? [];
      expect(SERIES.get(series), `${name}: ${text}`).toContain(label);
    }
  });

  test('shows in legends only labels that the query keeps', () => {
    each(({ title, targets = [] }) => {
      for (const { expr, legendFormat } of targets) {
        const { grouping } = readPromql(interpolate(expr, VALUES));
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(grouping, title).toContain(label);
      }
    });
  });

  test('takes rates of counters and nothing else of them', () => {
    const gauges = CATALOGUE.metrics.filter(({ type }) => type === 'gauge' || type === 'updowncounter');
    const names = gauges.map((metric) => prometheusMetricName(metric));
    for (const { where, selectors } of readings) {
      for (const { metric, within } of selectors) {
        expect(['rate', 'increase'].includes(within ?? ''), `${where}: ${metric}`).toBe(!names.includes(metric));
      }
    }
  });

  describeWithServers(['promtool'], 'under promtool', () => {
    test('has no query that Prometheus would refuse', async () => {
      const directory = temporaryDirectory('promql');
      try {
        const rules = queries.map(({ expression }, index) => ({
          record: `query_${index}`,
          expr: interpolate(expression, VALUES),
        }));
        const path = join(directory.path, 'rules.json');
        writeFileSync(path, JSON.stringify({ groups: [{ name: file, rules }] }));
        const { stdout } = await promisify(execFile)(serverPath('promtool'), ['check', 'rules', path]);
        expect(stdout).toContain(`${rules.length} rules found`);
      } finally {
        directory.remove();
      }
    });
  });
});
