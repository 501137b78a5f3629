import { genAiTokenType, operation, streamEnd, tokenType } from '../../../packages/otel/src/signals/attributes.ts';
import { genAiTokens, streamDuration, streamTokens } from '../../../packages/otel/src/signals/metrics.ts';
import type { Row } from '../model.ts';
import { orZero, rate, ratio } from '../promql.ts';
import { is, legend } from '../selector.ts';

const NONE = 'No provider told tokens of a stream';

const ANSWERED = rate(genAiTokens, 'sum', { where: [is(genAiTokenType, 'output')] });
const STREAMED = rate(streamTokens, 'value', { where: [is(tokenType, 'output')] });

export const tokens: Row = {
  title: 'Tokens of answers, streamed and not',
  height: 8,
  panels: [
    {
      type: 'timeseries',
      title: 'Tokens of answers',
      description:
        'Tokens per second that models answered with, at once or as a stream. What a stream took that broke off is among the streamed ones only.',
      unit: 'cps',
      width: 8,
      stacked: true,
      noValue: 'No provider told tokens',
      traces: [],
      queries: [
        { expression: `(${ANSWERED} - ${orZero(STREAMED, ANSWERED)}) > 0`, legend: 'at once' },
        { expression: STREAMED, legend: 'streamed' },
      ],
    },
    {
      type: 'timeseries',
      title: 'Tokens of streams',
      description:
        'Tokens per second of questions and answers of streams, where the provider tells them; OpenAI does with `stream_options: { include_usage: true }`.',
      unit: 'cps',
      width: 8,
      stacked: true,
      noValue: NONE,
      traces: [],
      queries: [
        {
          expression: rate(streamTokens, 'value', { by: [operation, tokenType] }),
          legend: legend(operation, tokenType),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Tokens of a streamed answer',
      description:
        'Mean tokens of the answers that came whole. Longer answers take longer and cost more, whatever the upstream does.',
      unit: 'short',
      width: 8,
      noValue: NONE,
      traces: [],
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
