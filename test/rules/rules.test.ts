import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { KNOWN_METRICS, SERIES, seriesOf } from '../../dashboards/check/catalogue-series.ts';
import { readDashboard } from '../../dashboards/check/dashboard-file.ts';
import { readPromql } from '../../dashboards/check/promql-reading.ts';
import { promqlTypeErrors } from '../../dashboards/check/promql-types.ts';
import { DASHBOARD_TITLES, type DashboardName } from '../../dashboards/src/names.ts';
import { RULE_FILE, RUNBOOKS, rulesText, runbooks } from '../../dashboards/src/rules/generate.ts';
import { runbookFile } from '../../dashboards/src/rules/runbook-file.ts';
import { DEFAULT_SETTINGS, fasterTime, secondsOf } from '../../dashboards/src/rules/settings.ts';
import { describeWithServers } from '../support/servers.ts';
import { promtool } from './promtool.ts';
import { isExpected, RULES_PATH, type Rule, readGroups, readUnitTests, UNIT_TESTS } from './rule-file.ts';

const RULES = readGroups().flatMap((group) => group.rules);
const ALERTS = RULES.filter(({ alert }) => alert !== undefined);

/** Queries that fill in the text of an alert, with their placeholders filled. */
function templateQueries({ annotations = {} }: Rule): string[] {
  return Object.values(annotations).flatMap((text) =>
    [...text.matchAll(/printf `([^`]*)`/g)].map(([, query = '']) => query.replaceAll('%q', '"x"')),
  );
}

/** What each series of the catalogue is. */
const TYPES = new Map(KNOWN_METRICS.flatMap((metric) => seriesOf(metric).map((name) => [name, metric.type] as const)));

describe('dashboards/rules', () => {
  test('is what its sources make', () => {
    expect(readFileSync(RULE_FILE, 'utf8')).toBe(rulesText());
  });

  test('asks for metrics and labels of the catalogue alone, and for what it records', () => {
    const recorded = new Set(RULES.map(({ record }) => record));
    for (const rule of RULES) {
      for (const query of [rule.expr, ...templateQueries(rule)]) {
        const { errors, selectors, grouping } = readPromql(query);
        expect([...errors, ...promqlTypeErrors(query)], query).toEqual([]);
        for (const { metric, labels } of selectors) {
          if (recorded.has(metric)) continue;
          const known = SERIES.get(metric);
          expect(known, `${metric} in ${query}`).toBeDefined();
          for (const label of labels) expect(known, `${metric}{${label}}`).toContain(label);
        }
        const everyLabel = new Set(selectors.flatMap(({ metric }) => [...(SERIES.get(metric) ?? [])]));
        const checked = selectors.every(({ metric }) => SERIES.has(metric));
        if (checked) for (const label of grouping) expect(everyLabel, query).toContain(label);
      }
    }
  });

  test('takes rates of what grows and of nothing else', () => {
    for (const { expr } of RULES) {
      for (const { metric, within } of readPromql(expr).selectors) {
        const type = TYPES.get(metric);
        if (within === 'rate' || within === 'increase') expect(['counter', 'histogram', undefined]).toContain(type);
        if (type === 'counter' || type === 'histogram') {
          // Whether a counter is there at all may be asked without a rate.
          if (!expr.startsWith('count_over_time(group ')) expect(['rate', 'increase'], expr).toContain(within);
        }
      }
    }
  });

  test('records under names that say the labels, the metric and the operation', () => {
    for (const { record } of RULES) {
      if (record !== undefined)
        expect(record).toMatch(/^(?:job|job_\w+):crossbridge_\w+:(?:ratio_)?(?:rate\w+|ratio|max)$/);
    }
  });

  test('tells of each alert how bad it is, what is wrong, what to do and where to look', () => {
    for (const { alert = '', labels, annotations } of ALERTS) {
      expect(['critical', 'warning', 'info', 'none']).toContain(labels?.severity);
      expect(annotations?.summary, alert).toMatch(/\S/);
      expect(annotations?.description, alert).toMatch(/\.$/);
      expect(annotations?.runbook_url).toBe(`${DEFAULT_SETTINGS.runbooksUrl}/${runbookFile(alert)}`);
      expect(annotations?.dashboard_url).toMatch(
        /\/d\/crossbridge-(?:overview|retries|limits|health|ai)(?:\?var-job=|$)/,
      );
    }
  });

  test('fills texts in with labels that the alert has', () => {
    for (const file of readUnitTests()) {
      for (const { exp_labels, exp_annotations } of file.tests
        .flatMap(({ alert_rule_test = [] }) => alert_rule_test)
        .flatMap(({ exp_alerts }) => exp_alerts)) {
        expect(exp_labels).toHaveProperty('severity');
        for (const text of Object.values(exp_annotations)) expect(text).not.toMatch(/<no value>|\{\{| {2}| of :|^ /);
      }
    }
  });

  test('has a unit test for each alert', () => {
    const files = readUnitTests();
    for (const rule of ALERTS)
      expect(
        files.some((file) => isExpected(rule, file)),
        rule.alert,
      ).toBe(true);
  });
});

describe('dashboards/runbooks', () => {
  test('has one for each alert, with the facts of its rules, and no other', () => {
    expect(readdirSync(RUNBOOKS).sort()).toEqual([...runbooks().keys()].sort());
    for (const [file, text] of runbooks()) expect(readFileSync(`${RUNBOOKS}${file}`, 'utf8'), file).toBe(text);
  });

  test('says in each what it means and what to do, and leads nowhere that is not there', () => {
    const files = new Set(readdirSync(RUNBOOKS));
    for (const [file, text] of runbooks()) {
      expect(text, file).toMatch(/^## What it means to users\n\n\S/m);
      expect(text, file).toMatch(/^## What to do.*\n\n\S/m);
      for (const [, link = ''] of text.matchAll(/\]\(([^)#]+\.md)\)/g)) expect(files, file).toContain(link);
    }
  });
});

describe.each([...runbooks()].filter(([file]) => file !== 'watchdog.md'))('dashboards/runbooks/%s', (_, text) => {
  test('says what to look at first, why it happens, when to doubt it and how to see that it is over', () => {
    const sections = text.split(/^## /m).slice(1);
    expect(sections.map((section) => section.slice(0, section.indexOf('\n')))).toEqual([
      'What it means to users',
      'What to look at',
      'Common causes',
      'What to do',
      'If it is wrong',
      'When it is over',
    ]);
    for (const section of sections) expect(section).toMatch(/^.+\n\n\S/);
    const look = sections[1]?.split('\n')[2] ?? '';
    expect(look).toMatch(/\*\*[^*]+ › [^*]+\*\*/);
  });

  test('names panels that there are', () => {
    for (const [, dashboard = '', panel] of text.matchAll(/\*\*([^*]+) › ([^*]+)\*\*/g)) {
      const name = (Object.keys(DASHBOARD_TITLES) as DashboardName[]).find(
        (each) => DASHBOARD_TITLES[each] === `CrossBridge / ${dashboard}`,
      );
      const panels = name === undefined ? [] : readDashboard(`${name}.json`).panels;
      expect(panels.filter(({ type }) => type !== 'row').map(({ title }) => title)).toContain(panel);
    }
  });
});

describe('time of the rules', () => {
  test('can pass faster, in the same rules', () => {
    const faster = rulesText({ ...DEFAULT_SETTINGS, time: fasterTime(60) });
    expect(faster).toContain('[5000ms]');
    expect(faster).not.toMatch(/\[\d+[smhd]\]/);
    expect(faster.match(/- (?:alert|record):/g)).toHaveLength(RULES.length);
  });

  test('refuses what is no duration', () => {
    expect(() => secondsOf('5 minutes')).toThrow("'5 minutes' is no duration");
    expect(secondsOf('3d')).toBe(259_200);
  });

  test('leaves the objective to the installation', () => {
    expect(rulesText({ ...DEFAULT_SETTINGS, objective: 0.999 })).toContain('ratio_rate1h > 0.0144');
  });

  test('never asks for more failures than there can be, however low the objective is', () => {
    const low = rulesText({ ...DEFAULT_SETTINGS, objective: 0.9 });
    expect(low).toContain('ratio_rate1h > 0.9\n');
    expect(low).toContain('Calls fail 9 times as fast as an objective of 90 % allows, over 1h');
    expect(low).toContain('ratio_rate6h > 0.6\n');
  });
});

describeWithServers(['promtool'], 'promtool', () => {
  test('finds nothing to complain about in the rules', async () => {
    expect(await promtool(['check', 'rules', '--lint=all', '--lint-fatal', RULES_PATH])).toMatchObject({ ok: true });
  });

  test('passes the unit tests', async () => {
    const files = readdirSync(UNIT_TESTS);
    const { ok, output } = await promtool(['test', 'rules', ...files], UNIT_TESTS);
    expect(output.match(/SUCCESS/g), output).toHaveLength(files.length);
    expect(ok).toBe(true);
  });
});
