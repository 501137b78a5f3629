import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { interpolate, readDashboard } from '../../../../dashboards/check/dashboard-file.ts';
import { readPromql } from '../../../../dashboards/check/promql-reading.ts';
import { shippedFiles } from '../../../../packages/agent/src/cli/shipped-files.ts';
import { selectorsOf } from '../../../../packages/agent/src/cli/verify/promql-selectors.ts';
import { interpolated, shippedQueries } from '../../../../packages/agent/src/cli/verify/shipped-queries.ts';
import { shippedRules } from '../../../../packages/agent/src/cli/verify/shipped-rules.ts';

const DASHBOARDS = join(shippedFiles(), 'dashboards');
const RULE_FILE = join(DASHBOARDS, 'rules', 'crossbridge.yml');
const queries = shippedQueries(DASHBOARDS);
const rules = shippedRules(RULE_FILE);

describe('the rules that are shipped', () => {
  test('are read as YAML says', () => {
    const file = parse(readFileSync(RULE_FILE, 'utf8')) as {
      groups: { rules: { record?: string; alert?: string; expr: string }[] }[];
    };
    const expected = file.groups.flatMap((group) =>
      group.rules.map(({ record, alert, expr }) => ({
        kind: record === undefined ? 'alert' : 'record',
        name: record ?? alert,
        expression: expr,
      })),
    );
    expect(rules).toEqual(expected);
    expect(rules.length).toBeGreaterThan(40);
  });
});

describe('the queries that are shipped', () => {
  test('are all of the dashboards', () => {
    const files = new Set(queries.map(({ file }) => file));
    expect(files).toEqual(new Set(['ai.json', 'health.json', 'limits.json', 'overview.json', 'retries.json']));
    for (const file of files) {
      const { panels, annotations } = readDashboard(file);
      const expected = [
        ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
        ...annotations.list.flatMap(({ expr }) => expr ?? []),
      ];
      const found = queries.filter((query) => query.file === file).map(({ expression }) => expression);
      expect(found).toEqual(expected);
    }
  });

  test('have a value for every variable, as Grafana would put it in', () => {
    for (const { expression, variables } of queries) {
      const values = { ...variables, __rate_interval: '60s', __range: '1h' };
      expect(interpolated(expression, values)).toBe(interpolate(expression, values));
      expect(interpolated(expression, values)).not.toContain('$');
    }
    expect(() => interpolated('up{job="$job"}', {})).toThrow('no variable $job');
  });
});

describe('the selectors of a query', () => {
  const values = { __rate_interval: '1m', __range: '1h' };
  const all = [
    ...queries.map(({ expression, variables }) => interpolated(expression, { ...variables, ...values })),
    ...rules.map(({ expression }) => expression),
  ];

  test('are those that the grammar of Prometheus sees, in every query and every rule', () => {
    for (const query of all) {
      const found = selectorsOf(query).map(({ metric, matchers }) => ({
        metric,
        labels: matchers.map(({ label }) => label),
      }));
      const { selectors } = readPromql(query);
      expect(found, query).toEqual(selectors.map(({ metric, labels }) => ({ metric, labels: [...labels] })));
    }
    expect(all.length).toBeGreaterThan(150);
  });

  test.each([
    ['sum by (job) (rate(a_total{x="1", y=~"b|{c}"}[5m])) / on (job) group_left () b', ['a_total', 'b']],
    ['up offset 5m and ignoring (job) {__name__=~"a.*"}', ['up', '']],
    ['label_replace(a, "b", "$1", "c", "(d)") > bool 1e3', ['a']],
    ['count_values("x", a) or vector(1)', ['a']],
    ['sum(a) by (b)', ['a']],
    ['job:a:rate5m unless max_over_time(c[1h:5m])', ['job:a:rate5m', 'c']],
  ])('of %s', (query, metrics) => {
    expect(selectorsOf(query).map(({ metric }) => metric)).toEqual(metrics);
  });

  test('keep values as they are written', () => {
    expect(selectorsOf('a{b="c\\"}", d!~"e"}')).toEqual([
      {
        metric: 'a',
        matchers: [
          { label: 'b', operator: '=', value: 'c\\"}' },
          { label: 'd', operator: '!~', value: 'e' },
        ],
      },
    ]);
  });
});
