import type { ContextManager } from '@opentelemetry/api';

/** Where every copy of the API, major version 1, keeps what was registered through it. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

export interface RegisteredApi {
  readonly version?: string;
  readonly trace?: unknown;
  readonly metrics?: unknown;
  readonly context?: ContextManager;
}

let found: RegisteredApi | undefined;

/** What is registered with OpenTelemetry in this process, through whichever copy of its API; undefined before anything is. */
export function registeredApi(): RegisteredApi | undefined {
  // Once it is there it stays, and only what is on it changes.
  found ??= (globalThis as { readonly [REGISTERED]?: RegisteredApi })[REGISTERED];
  return found;
}
