import * as attribute from './attributes.ts';
import { type CounterDefinition, DURATION_BOUNDARIES, type HistogramDefinition } from './definitions.ts';

export const streamFirstContentDuration: HistogramDefinition = {
  name: 'crossbridge.stream.first_content.duration',
  type: 'histogram',
  unit: 's',
  description: 'Time from the request to the first content of a streamed answer: limits, queues and retries included.',
  attributes: [attribute.operation],
  optional: [],
  boundaries: DURATION_BOUNDARIES,
};

export const streamDuration: HistogramDefinition = {
  name: 'crossbridge.stream.duration',
  type: 'histogram',
  unit: 's',
  description: 'Time from the request to the end of a streamed answer, by how it ended.',
  attributes: [attribute.operation, attribute.streamEnd],
  optional: [],
  boundaries: DURATION_BOUNDARIES,
};

export const streamTokens: CounterDefinition = {
  name: 'crossbridge.stream.tokens',
  type: 'counter',
  unit: '{token}',
  description: 'Tokens of streamed answers, where the provider told them.',
  attributes: [attribute.operation, attribute.tokenType],
  optional: [],
};
