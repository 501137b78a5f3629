import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { KNOWN_METRICS, SERIES, seriesOf } from '../../dashboards/check/catalogue-series.ts';
import { annotationQueries, interpolate, panelQueries, readDashboard } from '../../dashboards/check/dashboard-file.ts';
import { readPromql } from '../../dashboards/check/promql-reading.ts';
import { promqlTypeErrors } from '../../dashboards/check/promql-types.ts';
import { SAMPLE_VALUES } from '../../dashboards/check/sample-values.ts';
import { DASHBOARDS } from '../../dashboards/src/generate.ts';
import { describeWithServers, serverPath } from '../support/servers.ts';
import { temporaryDirectory } from '../support/servers-process.ts';

/** What Grafana fills in by itself. */
const BUILT_IN = ['__rate_interval', '__range'];

/** A gauge must not be asked for its growth, and everything else for nothing but that. */
const GAUGES = KNOWN_METRICS.filter(({ type }) => type === 'gauge' || type === 'updowncounter').flatMap(seriesOf);

describe.each(Object.keys(DASHBOARDS))('the queries of dashboards/%s', (file) => {
  const dashboard = readDashboard(file);
  const queries = [...panelQueries(dashboard), ...annotationQueries(dashboard)];
  const readings = queries.map(({ where, expression }) => {
    const text = interpolate(expression, SAMPLE_VALUES);
    return { where, text, ...readPromql(text) };
  });

  test('use the variables of the dashboard, all of them, and no other', () => {
    const ours = dashboard.templating.list.filter(({ type }) => type !== 'datasource').map(({ name }) => name);
    const used = queries.flatMap(({ expression }) => [...expression.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name));
    expect(new Set(used.filter((name) => !BUILT_IN.includes(name ?? '')))).toEqual(new Set(ours));
  });

  test('let Grafana choose the window of every rate', () => {
    for (const { expression, where } of queries) {
      for (const [, window] of expression.matchAll(/\[([^\]]*)\]/g)) {
        expect(['$__rate_interval', '$__range'], where).toContain(window);
      }
    }
  });

  test('are accepted by the grammar of Prometheus', () => {
    expect(readings.length).toBeGreaterThan(0);
    for (const { where, errors } of readings) expect(errors, where).toEqual([]);
  });

  test('give functions and operators the types that they take', () => {
    for (const { where, text } of readings) expect(promqlTypeErrors(text), where).toEqual([]);
  });

  test('ask only for metrics and labels of the catalogue', () => {
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

  test('are limited to the chosen services, processes and operations', () => {
    for (const { where, selectors } of readings) {
      for (const { labels, metric } of selectors) {
        const chosen = ['job', 'instance', 'crossbridge_operation'].filter((label) =>
          SERIES.get(metric)?.includes(label),
        );
        expect(labels, `${where}: ${metric}`).toEqual(expect.arrayContaining(chosen));
      }
    }
  });

  test('keep the bounds of buckets apart', () => {
    for (const { where, selectors, grouping } of readings) {
      if (selectors.some(({ metric }) => metric.endsWith('_bucket'))) expect(grouping, where).toContain('le');
    }
  });

  test('name in legends only labels that they keep', () => {
    for (const { title, targets = [] } of dashboard.panels) {
      for (const { expr, legendFormat } of targets) {
        const { grouping } = readPromql(interpolate(expr, SAMPLE_VALUES));
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(grouping, title).toContain(label);
      }
    }
  });

  test('take the growth of counters, and of nothing else', () => {
    for (const { where, selectors } of readings) {
      for (const { metric, within } of selectors) {
        expect(['rate', 'increase'].includes(within ?? ''), `${where}: ${metric}`).toBe(!GAUGES.includes(metric));
      }
    }
  });

  test('find the values of their variables in labels of the catalogue', () => {
    const variables = dashboard.templating.list.filter(({ type }) => type === 'query');
    expect(variables.map(({ name }) => name)).toEqual(['job', 'instance', 'operation']);
    for (const { name, query } of variables) {
      const [, series = '', label = ''] =
        /^label_values\((.+), (\w+)\)$/.exec((query as { query: string }).query) ?? [];
      const [selected] = readPromql(interpolate(series, SAMPLE_VALUES)).selectors;
      const names = selected?.metric || (/__name__=~"([^"]+)"/.exec(series)?.[1] ?? '');
      for (const metric of names.split('|')) expect(SERIES.get(metric), `${name}: ${series}`).toContain(label);
    }
  });

  describeWithServers(['promtool'], 'under promtool', () => {
    test('are accepted by Prometheus itself', async () => {
      const directory = temporaryDirectory('promql');
      try {
        const rules = readings.map(({ text }, index) => ({ record: `query_${index}`, expr: text }));
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
