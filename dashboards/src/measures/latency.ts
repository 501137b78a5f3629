import type { HistogramDefinition } from '../../../packages/otel/src/signals/definitions.ts';
import type { Query } from '../model.ts';
import { quantile, type Selection } from '../promql.ts';

/** The usual three percentiles of a histogram, each with its exemplars where the histogram keeps any. */
export function percentiles(
  metric: HistogramDefinition,
  options: Pick<Selection, 'where'> & { readonly exemplars?: boolean } = {},
): Query[] {
  const { exemplars = true, ...selection } = options;
  return [50, 95, 99].map((percent) => ({
    expression: quantile(percent / 100, metric, selection),
    legend: `p${percent}`,
    exemplars,
  }));
}
