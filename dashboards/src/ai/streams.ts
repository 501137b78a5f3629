import { operation, streamEnd } from '../../../packages/otel/src/signals/attributes.ts';
import { streamDuration, streamFirstContentDuration } from '../../../packages/otel/src/signals/metrics.ts';
import { percentiles } from '../measures/latency.ts';
import { brokenStreams } from '../measures/streams.ts';
import type { Row } from '../model.ts';
import { quantile, rate } from '../promql.ts';
import { is, legend } from '../selector.ts';

const NONE = 'No streams';

export const streams: Row = {
  title: 'Streams',
  height: 8,
  details: 'retries',
  panels: [
    {
      type: 'timeseries',
      title: 'Time to first content',
      description:
        'From the request to the first content of a streamed answer. Where it grows and the attempts on "Retries and breakers" do not, the time goes into limits, queues and retries.',
      unit: 's',
      width: 8,
      noValue: NONE,
      traces: [],
      queries: percentiles(streamFirstContentDuration, { exemplars: false }),
    },
    {
      type: 'timeseries',
      title: 'Whole streams (p95)',
      description: 'From the request to the end of the streams that came whole: 95 % take no longer.',
      unit: 's',
      width: 8,
      noValue: NONE,
      traces: [],
      queries: [
        {
          expression: quantile(0.95, streamDuration, { where: [is(streamEnd, 'complete')], by: [operation] }),
          legend: legend(operation),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Ends',
      description:
        'How streams end. `complete`: with their terminator. `failed`: the provider said so in the stream. `truncated`: without a terminator. `stalled`: nothing came for too long. `cancelled`: the application did not want the rest.',
      unit: 'reqps',
      width: 8,
      stacked: true,
      noValue: NONE,
      colors: { complete: 'green', failed: 'red', truncated: 'orange', stalled: 'purple', cancelled: 'text' },
      traces: [],
      queries: [{ expression: rate(streamDuration, 'count', { by: [streamEnd] }), legend: legend(streamEnd) }],
    },
    {
      type: 'timeseries',
      title: 'Broken streams by operation',
      description: 'Share of the streams of each operation that failed, were cut off or stalled, cancelled ones aside.',
      unit: 'percentunit',
      width: 24,
      max: 1,
      thresholds: [{ color: 'green' }, { color: 'orange', from: 0.01 }, { color: 'red', from: 0.05 }],
      noValue: NONE,
      traces: [],
      queries: [{ expression: brokenStreams({ by: [operation] }), legend: legend(operation) }],
    },
  ],
};
