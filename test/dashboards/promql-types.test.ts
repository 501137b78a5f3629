import { expect, test } from 'vitest';
import { promqlTypeErrors } from '../../dashboards/check/promql-types.ts';

test.each([
  'sum by (a) (rate(x{a="b"}[5m]))',
  'histogram_quantile(0.95, sum by (le) (rate(x_bucket[1m])))',
  '(1 - sum(a) / (sum(b) > 0)) / (1 - 0.99)',
  'max by (a) ((x == 1) * 0 + 2 or (y == 1) * 0)',
  'sum by (a) (rate(x[1m])) / on () group_left () (sum(rate(y[1m])) > 0)',
])('finds nothing wrong with %s', (expression) => {
  expect(promqlTypeErrors(expression)).toEqual([]);
});

test.each([
  ['rate(x)', 'a vector where a matrix belongs: x'],
  ['sum(x[5m])', 'a matrix where a vector belongs: x[5m]'],
  ['rate(sum(x)[5m])', 'a window of what is no series: sum(x)[5m]'],
  ['histogram_quantile(sum(x), 0.9)', 'a vector where a scalar belongs: sum(x)'],
  ['histogram_quantile(0.9)', '1 arguments: histogram_quantile(0.9)'],
  ['x[5m] / y', 'not for a number: x[5m] / y'],
  ['x or 1', 'a set of series and a number: x or 1'],
  ['x[5m]', 'a panel cannot show a matrix: x[5m]'],
  ['sort(x)', 'unknown function: sort(x)'],
  ['-x', 'unknown expression UnaryExpr: -x'],
])('finds what is wrong with %s', (expression, error) => {
  expect(promqlTypeErrors(expression)).toContain(error);
});
