import type { AttributeDefinition } from './definitions.ts';
import { GEN_AI } from './gen-ai-names.ts';

export type ModelTask = 'chat' | 'text_completion' | 'embeddings' | 'generate_content';

export const genAiOperation: AttributeDefinition<ModelTask> = {
  name: GEN_AI.operationName,
  type: 'string',
  description: 'What the model was asked for.',
  bound: 'values',
  values: {
    chat: 'The next message of a conversation.',
    text_completion: 'How a text goes on.',
    embeddings: 'Embeddings of texts.',
    generate_content: 'Content of any kind, as Gemini is asked for.',
  },
};

export const genAiProvider: AttributeDefinition = {
  name: GEN_AI.providerName,
  type: 'string',
  description:
    'Whom the call was made to (`openai`, `anthropic` …): by the host, else the one whose interface it speaks; `_OTHER` where neither is known.',
  bound: 'few',
  values: {},
};

export const genAiModel: AttributeDefinition = {
  name: GEN_AI.responseModel,
  type: 'string',
  description:
    'The model that answered, as the provider names it. `_OTHER` where none did or it does not say, and for every further one once there are fifty.',
  bound: 'few',
  values: {},
};

export const genAiTokenType: AttributeDefinition<'input' | 'output'> = {
  name: GEN_AI.tokenType,
  type: 'string',
  description: 'Whose tokens they are.',
  bound: 'values',
  values: { input: 'Those of the question, with those from a cache.', output: 'Those of the answer.' },
};
