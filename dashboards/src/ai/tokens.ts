import { operation, streamEnd, tokenType } from '../../../packages/otel/src/signals/attributes.ts';
import { streamDuration, streamTokens } from '../../../packages/otel/src/signals/metrics.ts';
import type { Row } from '../model.ts';
import { rate, ratio } from '../promql.ts';
import { is, legend } from '../selector.ts';

const NONE = 'No provider told tokens of a stream';

export const tokens: Row = {
  title: 'Tokens of streamed answers',
  height: 8,
  panels: [
    {
      type: 'timeseries',
      title: 'Tokens',
      description:
        'Tokens per second of questions and answers, where the provider tells them; OpenAI does with `stream_options: { include_usage: true }`.',
      unit: 'cps',
      width: 12,
      stacked: true,
      noValue: NONE,
      queries: [
        {
          expression: rate(streamTokens, 'value', { by: [operation, tokenType] }),
          legend: legend(operation, tokenType),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Tokens of an answer',
      description:
        'Mean tokens of the answers that came whole. Longer answers take longer and cost more, whatever the upstream does.',
      unit: 'short',
      width: 12,
      noValue: NONE,
      queries: [
        {
          expression: ratio(
            rate(streamTokens, 'value', { where: [is(tokenType, 'output')], by: [operation] }),
            rate(streamDuration, 'count', { where: [is(streamEnd, 'complete')], by: [operation] }),
          ),
          legend: legend(operation),
        },
      ],
    },
  ],
};
