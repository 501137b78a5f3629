import { operation } from '../../packages/otel/src/signals/attributes.ts';
import { callDuration } from '../../packages/otel/src/signals/metrics.ts';
import type { Dashboard } from './model.ts';
import { breakerOpenings, breakers } from './overview/breakers.ts';
import { calls } from './overview/calls.ts';
import { health } from './overview/health.ts';
import { latency } from './overview/latency.ts';
import { retries } from './overview/retries.ts';
import { throttles } from './overview/throttles.ts';
import { label, seriesName } from './selector.ts';

const CALLS = seriesName(callDuration, 'count');

/** What the outgoing calls of a service do: from what the application gets down to the mechanisms behind it. */
export const overview: Dashboard = {
  uid: 'crossbridge-overview',
  title: 'CrossBridge / Overview',
  description:
    'Outgoing calls under CrossBridge: success as the application sees it, retries, throttles and rejections, circuit breakers, latency and health.',
  tags: ['crossbridge'],
  variables: [
    {
      name: 'job',
      title: 'Service',
      description: 'The `job` label: one service, or several.',
      label: 'job',
      series: CALLS,
    },
    {
      name: 'operation',
      title: 'Operation',
      description:
        'Kinds of calls, as named in crossbridge.yml. Health panels show the whole service whatever is chosen here.',
      label: label(operation),
      series: `${CALLS}{job=~"$job"}`,
    },
  ],
  annotations: [breakerOpenings],
  rows: [calls, retries, throttles, breakers, latency, health],
};
