import { describe, expect, test } from 'vitest';
import { type DashboardLink, readDashboard } from '../../dashboards/check/dashboard-file.ts';
import { DASHBOARDS } from '../../dashboards/src/generate.ts';
import { DASHBOARD_UIDS } from '../../dashboards/src/names.ts';
import { ruleGroups } from '../../dashboards/src/rules/groups.ts';
import { runbookFile } from '../../dashboards/src/rules/runbook-file.ts';
import { DEFAULT_SETTINGS } from '../../dashboards/src/rules/settings.ts';
import { callSpan } from '../../packages/otel/src/signals/spans.ts';

const { runbooksUrl } = DEFAULT_SETTINGS;

const RUNBOOKS = ruleGroups(DEFAULT_SETTINGS)
  .flatMap(({ rules }) => rules)
  .flatMap((rule) => ('alert' in rule ? [runbookFile(rule.alert)] : []));

interface TracePane {
  readonly datasource: string;
  readonly queries: readonly { readonly query: string; readonly queryType: string }[];
  readonly range: { readonly from: string; readonly to: string };
}

/** The query that a link to Explore carries. */
function tracePane({ url }: DashboardLink): TracePane {
  const panes = new URLSearchParams(url.slice(url.indexOf('?'))).get('panes') ?? '';
  return (JSON.parse(panes) as { traces: TracePane }).traces;
}

describe.each(Object.keys(DASHBOARDS))('the links of dashboards/%s', (file) => {
  const dashboard = readDashboard(file);
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');
  const ofPanels = panels.flatMap(({ title, links = [] }) => links.map((link) => ({ ...link, where: title })));
  const ofSeries = panels.flatMap(({ title, fieldConfig }) =>
    (fieldConfig?.defaults.links ?? []).map((link) => ({ ...link, where: title })),
  );
  const all = [...ofPanels, ...ofSeries];

  test('lead to dashboards that there are, for the same services and time', () => {
    const ours = all.filter(({ url }) => url.startsWith('/d/'));
    for (const { url, where } of ours) {
      const [, uid, query] = /^\/d\/([^?]+)\?(.*)$/.exec(url) ?? [];
      expect(Object.values(DASHBOARD_UIDS), where).toContain(uid);
      expect(uid, `${where} leads to itself`).not.toBe(dashboard.uid);
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's syntax for variables.
      expect(query, where).toBe('${__url_time_range}&${__all_variables}');
    }
  });

  test('lead to the traces of calls by attributes that call spans have', () => {
    const known = callSpan.attributes.map(({ name }) => name);
    for (const link of all.filter(({ url }) => url.startsWith('/explore'))) {
      const { datasource, queries, range } = tracePane(link);
      // biome-ignore-start lint/suspicious/noTemplateCurlyInString: Grafana's syntax for variables.
      expect(datasource, link.where).toBe('${traces}');
      expect(range, link.where).toEqual({ from: '${__from}', to: '${__to}' });
      // biome-ignore-end lint/suspicious/noTemplateCurlyInString: Grafana's syntax for variables.
      expect(queries[0]?.queryType, link.where).toBe('traceql');
      const conditions = /^\{ (.+) \}$/.exec(queries[0]?.query ?? '')?.[1]?.split(' && ') ?? [];
      expect(conditions.length, link.where).toBeGreaterThan(0);
      for (const condition of conditions) {
        const [, attribute] = /^span\.([\w.]+) (?:=|!=|=~|!~|>) (?:"[^"]+"|\d+)$/.exec(condition) ?? [];
        expect(known, `${link.where}: ${condition}`).toContain(attribute);
      }
    }
  });

  test('offer a choice of traces exactly where one leads to them', () => {
    const offered = dashboard.templating.list.some(({ name, query }) => name === 'traces' && query === 'tempo');
    expect(offered).toBe(all.some(({ url }) => url.startsWith('/explore')));
  });

  test('lead to runbooks of alerts that there are', () => {
    const runbooks = all.filter(({ url }) => url.startsWith(runbooksUrl));
    expect(runbooks.length).toBeGreaterThan(0);
    for (const { url, where } of runbooks) expect(RUNBOOKS, where).toContain(url.slice(runbooksUrl.length + 1));
  });

  test('are in every panel: to details, to traces or to a runbook', () => {
    for (const { title, links = [], fieldConfig } of panels)
      expect([...links, ...(fieldConfig?.defaults.links ?? [])], title).not.toEqual([]);
  });

  test('are nothing else', () => {
    for (const { url } of all)
      expect(['/d/', '/explore', runbooksUrl].some((known) => url.startsWith(known))).toBe(true);
  });
});

test('every panel of the overview leads on to the details', () => {
  for (const { title, type, links = [] } of readDashboard('overview.json').panels) {
    if (type !== 'row')
      expect(
        links.map(({ url }) => url),
        title,
      ).toContainEqual(expect.stringMatching(/^\/d\//));
  }
});

test('the name of an operation in the table leads to the details of that operation alone', () => {
  const table = readDashboard('overview.json').panels.find(({ type }) => type === 'table');
  const ofName = table?.fieldConfig?.overrides.find(({ matcher }) => matcher.options === 'Operation')?.properties[0];
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: Grafana's syntax for variables.
  expect(ofName).toEqual({
    id: 'links',
    value: [
      {
        title: '${__value.text}: CrossBridge / Retries and breakers',
        url: '/d/crossbridge-retries?${__url_time_range}&${datasource:queryparam}&${job:queryparam}&${instance:queryparam}&var-operation=${__value.text}',
        targetBlank: false,
      },
    ],
  });
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: Grafana's syntax for variables.
});
