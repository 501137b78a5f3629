import { workerData } from 'node:worker_threads';

/** What the admin thread is started with. */
export interface AdminThreadData {
  readonly crossbridgeAdmin: true;
  readonly memory: SharedArrayBuffer;
  readonly settings: AdminSettings;
}

export interface AdminSettings {
  readonly host: string;
  readonly port: number;
  /** SHA-256 of the token, in hex; undefined when none is asked for. */
  readonly tokenDigest: string | undefined;
  /** Names by which the endpoint may be addressed, beside loopback and IP addresses. Lower case. */
  readonly hostNames: readonly string[];
  /** How long the event loop may be stuck before `/livez` fails. */
  readonly livenessLimitMs: number;
  /** How long it may be stuck before `/readyz` fails. */
  readonly readinessLimitMs: number;
}

export type Question = { readonly kind: 'metrics'; readonly accept: string } | { readonly kind: 'operations' };

/** Of the main thread. */
export type ToAdminThread =
  | { readonly type: 'snapshot'; readonly json: string }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Reply };

export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Of the admin thread. */
export type FromAdminThread =
  | { readonly type: 'question'; readonly id: number; readonly question: Question }
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'unavailable'; readonly code: string; readonly message: string }
  | { readonly type: 'failed'; readonly what: string; readonly message: string };

/** Whether this thread is the one that serves the admin endpoints: the agent has no business in it. */
export function isAdminThread(): boolean {
  return (workerData as Partial<AdminThreadData> | null)?.crossbridgeAdmin === true;
}
