import { answers } from './ai/answers.ts';
import { cost } from './ai/cost.ts';
import { models } from './ai/models.ts';
import { quota } from './ai/quota.ts';
import { streams } from './ai/streams.ts';
import { tokens } from './ai/tokens.ts';
import { MARKS } from './annotations.ts';
import type { Dashboard } from './model.ts';
import { aiOperation, instance, service } from './variables.ts';

/** Calls of models: what they answer, how soon, at what cost and within which quota. */
export const ai: Dashboard = {
  name: 'ai',
  description:
    'Calls of models: how soon the first content comes, how streams end, tokens and latency by model, what retries cost and what is left of the quota.',
  variables: [service, instance, aiOperation],
  annotations: MARKS,
  rows: [answers, models, tokens, streams, cost, quota],
};
