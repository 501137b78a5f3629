import { expect, test } from 'vitest';
import { KNOWN_METRICS, seriesOf } from '../../dashboards/check/catalogue-series.ts';
import { interpolate, panelQueries, readDashboard } from '../../dashboards/check/dashboard-file.ts';
import { readPromql } from '../../dashboards/check/promql-reading.ts';
import { SAMPLE_VALUES } from '../../dashboards/check/sample-values.ts';
import { DASHBOARDS } from '../../dashboards/src/generate.ts';
import { CATALOGUE } from '../../packages/otel/src/signals.ts';

/** Metrics that no panel shows, each with the reason. None at present. */
const SHOWN_NOWHERE: Readonly<Record<string, string>> = {};

const asked = new Set(
  Object.keys(DASHBOARDS)
    .flatMap((file) => panelQueries(readDashboard(file)))
    .flatMap(({ expression }) => readPromql(interpolate(expression, SAMPLE_VALUES)).selectors)
    .map(({ metric }) => metric),
);

test.each(KNOWN_METRICS.map((metric) => [metric.name, metric] as const))(
  'some panel shows %s, or a reason is given why none does',
  (name, metric) => {
    const shown = seriesOf(metric).some((series) => asked.has(series));
    expect(shown).toBe(!(name in SHOWN_NOWHERE));
  },
);

test('no reason is given for what the catalogue does not have', () => {
  const names = CATALOGUE.metrics.map(({ name }) => name);
  for (const name of Object.keys(SHOWN_NOWHERE)) expect(names).toContain(name);
});
