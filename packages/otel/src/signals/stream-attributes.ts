import type { AttributeDefinition } from './definitions.ts';

export type StreamEndName = 'complete' | 'failed' | 'truncated' | 'stalled' | 'cancelled';

export const streamEnd: AttributeDefinition<StreamEndName> = {
  name: 'crossbridge.stream.end',
  type: 'string',
  description: 'How a streamed answer ended.',
  bound: 'values',
  values: {
    complete: 'With its terminator.',
    failed: 'The provider said in the stream that it failed.',
    truncated: 'Without its terminator: what the application got is not the whole answer.',
    stalled: 'Nothing came for too long.',
    cancelled: 'The application did not want the rest.',
  },
};

export const tokenType: AttributeDefinition<'input' | 'output'> = {
  name: 'crossbridge.token.type',
  type: 'string',
  description: 'Whose tokens they are.',
  bound: 'values',
  values: { input: 'Those of the question.', output: 'Those of the answer.' },
};
