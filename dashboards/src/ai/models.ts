import { errorType, genAiModel, genAiProvider, genAiTokenType } from '../../../packages/otel/src/signals/attributes.ts';
import { genAiDuration, genAiTokens } from '../../../packages/otel/src/signals/metrics.ts';
import type { Row } from '../model.ts';
import { mean, quantile, rate } from '../promql.ts';
import { is, isNot, legend } from '../selector.ts';

const NONE = 'No calls of models were measured';
/** A call that failed has a type of error, one that was answered has none. */
const ANSWERED = is(errorType, '');

export const models: Row = {
  title: 'Models',
  height: 8,
  details: 'retries',
  panels: [
    {
      type: 'timeseries',
      title: 'Tokens by model',
      description:
        'Tokens per second that each model was asked and answered with, streamed or not, as the provider told them; with what it read from its cache. Those of failed attempts are not among them: nobody tells what they took.',
      unit: 'cps',
      width: 8,
      stacked: true,
      noValue: 'No provider told tokens',
      queries: [
        {
          expression: rate(genAiTokens, 'sum', { by: [genAiModel, genAiTokenType] }),
          legend: legend(genAiModel, genAiTokenType),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Latency by model (p95)',
      description:
        '95 % of the answered calls of each model take no longer to the end of the answer, waits and retries included. It grows with the length of the answers.',
      unit: 's',
      width: 8,
      noValue: NONE,
      queries: [
        {
          expression: quantile(0.95, genAiDuration, { where: [ANSWERED], by: [genAiModel] }),
          legend: legend(genAiModel),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Answers by model',
      description:
        'Answered calls per second, by the model that answered as the provider names it: not always the one that was asked for. `_OTHER`: the answer does not say, or more than fifty models did.',
      unit: 'reqps',
      width: 8,
      stacked: true,
      noValue: NONE,
      queries: [
        {
          expression: rate(genAiDuration, 'count', { where: [ANSWERED], by: [genAiProvider, genAiModel] }),
          legend: legend(genAiProvider, genAiModel),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Tokens of a call (mean)',
      description: 'What a call of each model is asked and answers with, in tokens. Long questions cost on every call.',
      unit: 'short',
      width: 12,
      noValue: 'No provider told tokens',
      queries: [
        {
          expression: mean(genAiTokens, { by: [genAiModel, genAiTokenType] }),
          legend: legend(genAiModel, genAiTokenType),
        },
      ],
    },
    {
      type: 'timeseries',
      title: 'Failed calls by provider',
      description:
        'Calls per second that reached the provider and failed in the end, or whose answer broke off. What our own policies refused is not among them.',
      unit: 'reqps',
      width: 12,
      stacked: true,
      noValue: NONE,
      queries: [
        {
          expression: rate(genAiDuration, 'count', { where: [isNot(errorType, '')], by: [genAiProvider, errorType] }),
          legend: legend(genAiProvider, errorType),
        },
      ],
    },
  ],
};
