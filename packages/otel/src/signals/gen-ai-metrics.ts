import * as attribute from './attributes.ts';
import type { HistogramDefinition } from './definitions.ts';
import { GEN_AI, GEN_AI_DURATION_BOUNDARIES, GEN_AI_TOKEN_BOUNDARIES } from './gen-ai-names.ts';

const CALL = [attribute.operation, attribute.genAiOperation, attribute.genAiProvider, attribute.genAiModel];

export const genAiDuration: HistogramDefinition = {
  name: GEN_AI.operationDuration,
  type: 'histogram',
  unit: 's',
  description:
    'Duration of calls of models that reached the provider, to the end of the answer: waits, retries and the whole of a stream included.',
  attributes: CALL,
  optional: [attribute.errorType],
  boundaries: GEN_AI_DURATION_BOUNDARIES,
};

export const genAiTokens: HistogramDefinition = {
  name: GEN_AI.tokenUsage,
  type: 'histogram',
  unit: '{token}',
  description:
    'Tokens of a call, where the provider told them: those of the attempt that was answered. What failed attempts took, nobody tells.',
  attributes: [...CALL, attribute.genAiTokenType],
  optional: [],
  boundaries: GEN_AI_TOKEN_BOUNDARIES,
};
