import { describe, expect, test } from 'vitest';
import { type DashboardPanel, readDashboard } from '../../dashboards/check/dashboard-file.ts';
import { DASHBOARDS } from '../../dashboards/src/generate.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's syntax for a variable.
const CHOSEN_DATASOURCE = '${datasource}';

/** Units of Grafana 10 to 13 that the panels may have; a name that Grafana does not know is shown as text. */
const UNITS = ['none', 'short', 'percentunit', 's', 'reqps', 'ops', 'cps'];

describe.each(Object.keys(DASHBOARDS))('the panels of dashboards/%s', (file) => {
  const dashboard = readDashboard(file);
  const panels = dashboard.panels.filter(({ type }) => type !== 'row');
  const each = (check: (panel: DashboardPanel) => void): void => {
    expect(panels.length).toBeGreaterThan(0);
    for (const panel of panels) check(panel);
  };

  test('have a title that no other panel of their row has', () => {
    const rows: string[][] = [];
    for (const { type, title } of dashboard.panels) {
      if (type === 'row') rows.push([]);
      else rows.at(-1)?.push(title);
    }
    for (const titles of rows) expect(new Set(titles).size, titles.join(', ')).toBe(titles.length);
    each(({ title }) => expect(title).toMatch(/\S/));
  });

  test('say what they show, in which unit, and what it means when they are empty', () => {
    each(({ title, description, fieldConfig }) => {
      expect(description?.length, title).toBeGreaterThan(40);
      expect(UNITS, title).toContain(fieldConfig?.defaults.unit);
      expect(fieldConfig?.defaults.noValue, title).toMatch(/\S/);
    });
  });

  test('name every series', () => {
    each(({ title, targets = [] }) => {
      expect(targets.length, title).toBeGreaterThan(0);
      for (const { legendFormat } of targets) expect(legendFormat, title).toMatch(/\S/);
      expect(new Set(targets.map(({ legendFormat }) => legendFormat)).size, title).toBe(targets.length);
    });
  });

  test('take their data from the chosen data source', () => {
    each(({ title, datasource, targets = [] }) => {
      expect(datasource, title).toEqual({ type: 'prometheus', uid: CHOSEN_DATASOURCE });
      for (const target of targets) expect(target.datasource.uid, title).toBe(CHOSEN_DATASOURCE);
    });
  });

  test('have thresholds that rise', () => {
    each(({ title, fieldConfig }) => {
      const [first, ...rest] = fieldConfig?.defaults.thresholds?.steps ?? [];
      expect(first?.value, title).toBeNull();
      const values = rest.map(({ value }) => value ?? Number.NaN);
      expect(values, title).toEqual([...new Set(values)].sort((a, b) => a - b));
    });
  });

  test('colour a share, a state or a count of what is wrong by how bad it is', () => {
    each(({ title, type, fieldConfig }) => {
      if (type !== 'stat' || fieldConfig?.defaults.mappings?.length) return;
      // How much is done and how long it takes is neither good nor bad without an objective of one's own.
      if (['reqps', 's'].includes(fieldConfig?.defaults.unit ?? '')) return;
      expect(fieldConfig?.defaults.thresholds?.steps.length, title).toBeGreaterThan(1);
    });
  });

  test('show the exemplars of every latency that keeps some', () => {
    // Histograms of calls: those of checks and of streams are recorded outside of any trace.
    const kept = /crossbridge_(?:call|attempt|retry_delay|rate_limit_wait)_\w*bucket/;
    each(({ title, type, targets = [] }) => {
      if (type === 'table') return;
      for (const { expr, exemplar } of targets) expect(exemplar, title).toBe(kept.test(expr));
    });
  });

  test('ask for one value where they show one line per operation', () => {
    each(({ title, type, targets = [] }) => {
      if (type === 'table') for (const { instant } of targets) expect(instant, title).toBe(true);
    });
  });
});
