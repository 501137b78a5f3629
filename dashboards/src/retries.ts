import { MARKS } from './annotations.ts';
import type { Dashboard } from './model.ts';
import { breakers } from './retries/breakers.ts';
import { budget } from './retries/budget.ts';
import { decisions } from './retries/decisions.ts';
import { hedges } from './retries/hedges.ts';
import { latency } from './retries/latency.ts';
import { waits } from './retries/waits.ts';
import { worth } from './retries/worth.ts';
import { instance, operation, service } from './variables.ts';

/** What happens after an attempt fails or takes long, and whether that does any good. */
export const retriesAndBreakers: Dashboard = {
  name: 'retries',
  description:
    'What happens after attempts fail or take long: retries and why, what they save and cost, the retry budget, hedges, timeouts and circuit breakers.',
  variables: [service, instance, operation],
  annotations: MARKS,
  rows: [worth, decisions, waits, budget, breakers, latency, hedges],
};
