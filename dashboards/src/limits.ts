import { MARKS } from './annotations.ts';
import { bulkheads } from './limits/bulkheads.ts';
import { keys } from './limits/keys.ts';
import { quota } from './limits/quota.ts';
import { rateLimits } from './limits/rate-limits.ts';
import { shadow } from './limits/shadow.ts';
import { sharedStore } from './limits/store.ts';
import type { Dashboard } from './model.ts';
import { instance, operation, service } from './variables.ts';

/** What our own limits let through, hold back and refuse, and what those in shadow mode would. */
export const limits: Dashboard = {
  name: 'limits',
  description:
    'What rate limits and bulkheads let through, hold back and refuse, what policies in shadow mode would do, the keys that are remembered, and what providers grant.',
  variables: [service, instance, operation],
  annotations: MARKS,
  rows: [rateLimits, shadow, bulkheads, keys, sharedStore, quota],
};
