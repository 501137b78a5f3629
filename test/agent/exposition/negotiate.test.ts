import { expect, it } from 'vitest';
import { negotiate } from '../../../packages/agent/src/exposition/negotiate.ts';

it.each([
  // What Prometheus 2.42 and 3.x send.
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'openmetrics',
  ],
  [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=1.0.0;q=0.4,*/*;q=0.2',
    'openmetrics',
  ],
  ['application/openmetrics-text', 'openmetrics'],
  ['APPLICATION/OpenMetrics-Text; Version="1.0.0"', 'openmetrics'],
  ['text/plain, application/openmetrics-text;q=0.5', 'prometheus'],
  ['application/openmetrics-text;q=0', 'prometheus'],
  ['application/openmetrics-text;version=2.0.0', 'prometheus'],
  ['application/openmetrics-text;q=high', 'prometheus'],
  ['text/html,application/xhtml+xml,*/*;q=0.8', 'prometheus'],
  ['*/*', 'prometheus'],
  ['', 'prometheus'],
  [undefined, 'prometheus'],
] as const)('reads %s as %s', (accept, format) => {
  expect(negotiate(accept)).toBe(format);
});
