import type { Route } from '../upstream/schedule.ts';

/** The operations of `demo/crossbridge.yml`, each with the part of the upstream that it calls. */
export const OPERATIONS: readonly { readonly operation: string; readonly route: Route }[] = [
  { operation: 'ai_generate', route: 'chat' },
  { operation: 'embed', route: 'embeddings' },
  { operation: 'search', route: 'search' },
  { operation: 'inventory', route: 'inventory' },
];
