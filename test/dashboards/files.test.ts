import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type GridPosition, readDashboard } from '../../dashboards/check/dashboard-file.ts';
import { DASHBOARDS, dashboardPath, dashboardText } from '../../dashboards/src/generate.ts';

function overlap(a: GridPosition, b: GridPosition): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

test('keeps the addresses that links, alerts and provisioning know', () => {
  expect(Object.fromEntries(Object.keys(DASHBOARDS).map((file) => [file, readDashboard(file).uid]))).toEqual({
    'overview.json': 'crossbridge-overview',
    'retries.json': 'crossbridge-retries',
    'limits.json': 'crossbridge-limits',
    'health.json': 'crossbridge-health',
    'ai.json': 'crossbridge-ai',
  });
});

describe.each(Object.keys(DASHBOARDS))('dashboards/%s', (file) => {
  const dashboard = readDashboard(file);

  test('is what `node dashboards/src/generate.ts` writes', () => {
    expect(readFileSync(dashboardPath(file), 'utf8')).toBe(dashboardText(file));
  });

  test('has a schema that Grafana 10 to 13 import', () => {
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
    expect(dashboard.schemaVersion).toBeLessThanOrEqual(42);
  });

  test('can be imported as it is: chooses its data source by itself and brings no number of another Grafana', () => {
    const [first] = dashboard.templating.list;
    expect(first).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
    expect(dashboard).not.toHaveProperty('id');
    expect(dashboard).not.toHaveProperty('__inputs');
  });

  test('lets the reader choose services, processes and operations', () => {
    const names = dashboard.templating.list.filter(({ type }) => type === 'query').map(({ name }) => name);
    expect(names).toEqual(['job', 'instance', 'operation']);
  });

  test('marks when a breaker opened or closed, and when the configuration was reloaded', () => {
    const marked = dashboard.annotations.list.flatMap(({ name, expr }) => (expr === undefined ? [] : [name]));
    expect(marked).toEqual(['Circuit breaker opened', 'Circuit breaker closed', 'Configuration reloaded']);
  });

  test('is found from the others by its tag', () => {
    expect(dashboard.tags).toEqual(['crossbridge']);
  });

  test('gives every panel an id of its own', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => Number.isInteger(id) && id > 0)).toBe(true);
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

  test('leaves no hole: every line of panels is as wide as the grid', () => {
    const lines = new Map<number, number>();
    for (const { gridPos } of dashboard.panels) lines.set(gridPos.y, (lines.get(gridPos.y) ?? 0) + gridPos.w);
    for (const [y, width] of lines) {
      const titles = dashboard.panels.filter(({ gridPos }) => gridPos.y === y).map(({ title }) => title);
      expect(width, titles.join(', ')).toBe(24);
    }
  });
});
