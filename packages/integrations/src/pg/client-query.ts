import type { AttemptContext, Bridge } from '@crossbridge/core';
import { clientCall, onWire } from '../hardened/client-call.ts';
import type { DatabaseCallOptions } from '../sql/call-options.ts';
import { readSql } from '../sql/statement.ts';
import type { StatementQueue } from '../sql/statement-queue.ts';
import { leadingBack } from './call-stack.ts';
import { cancelRunning } from './cancel-request.ts';
import { isSubmittable, type PgCallback, type PgDriverClient, textOf } from './driver.ts';
import { callBack } from './transaction-client.ts';

/** One view of a client: the client, and how its calls are made. */
export interface ClientHost {
  readonly client: PgDriverClient;
  readonly queue: StatementQueue;
  /** The client's own `query`. */
  readonly send: (config: unknown, values: unknown, callback: PgCallback) => unknown;
  readonly bridge: Bridge;
  readonly operation: string;
  readonly call: Omit<DatabaseCallOptions, 'idempotent'>;
}

const SESSION = /^\s*(?:(?:listen|unlisten|set|reset|discard|deallocate)\b|select\s+pg_advisory_unlock)[^;]*;?\s*$/i;

/** By statements, for clients that do not tell their transaction status. */
const begun = new WeakSet<PgDriverClient>();

/**
 * `client.query`, with a promise or a callback. Cursors and other queries that run themselves are handed over in the order of the calls; so
 * is everything as it comes to a client in pg's pipeline mode.
 */
export function callClientQuery(
  host: ClientHost,
  [config, values, callback]: readonly unknown[],
  askAsIs: () => unknown,
): unknown {
  const { client, queue } = host;
  const plain = config != null && typeof config !== 'function' && client.pipeline !== true;
  if (!plain || (isSubmittable(config) && queue.idle)) return askAsIs();
  if (isSubmittable(config)) {
    void queue.run(async () => askAsIs());
    return config;
  }
  const own = (config as { readonly callback?: unknown }).callback;
  const done = [values, callback, own].find((each) => typeof each === 'function') as PgCallback | undefined;
  const answer = queryHeld(host, config, typeof values === 'function' ? undefined : values);
  return done === undefined ? leadingBack(answer) : callBack(answer, done);
}

/**
 * Asks a client in the order of the calls. Outside of a transaction a statement is a call of the operation, and so is the one that begins a
 * transaction; what follows in it passes without policies, or they would hold it up or leave it open.
 */
function queryHeld(host: ClientHost, config: unknown, values: unknown): Promise<unknown> {
  const { client, queue, call } = host;
  return queue.run(() => {
    const text = textOf(config);
    const sql = text === undefined ? undefined : readSql(text, 'postgres');
    if (inTransaction(client) || client._queryable === false || isAboutSession(text)) return ask(host, config, values);
    const { key, signal, deadlineMs } = call;
    return clientCall(
      { ...host, layer: 'sql' },
      onWire('sql', (context) => ask(host, config, values, context)),
      {
        key,
        signal,
        deadlineMs,
        // After a lost reply the connection is lost, too.
        idempotent: false,
        maxAttempts: sql?.atomic === false ? 1 : undefined,
      },
    );
  });
}

/** One statement that says what the connection is, hears or holds. Nobody is served by refusing to give a lock or a role back. */
function isAboutSession(text: string | undefined): boolean {
  return text !== undefined && SESSION.test(text);
}

function inTransaction(client: PgDriverClient): boolean {
  const status = client.getTransactionStatus?.();
  return status === undefined || status === null ? begun.has(client) : status !== 'I';
}

async function ask(
  { client, queue, send }: ClientHost,
  config: unknown,
  values: unknown,
  context?: AttemptContext,
): Promise<unknown> {
  const answer = new Promise((resolve, reject) => {
    send(config, values, (error, result) => {
      if (error) reject(error);
      else resolve(result);
    });
  });
  const signal = context?.signal;
  const abort = (): void => queue.hold(Promise.allSettled([answer, cancelRunning(client)]));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const result = await answer;
    note(client, textOf(config));
    return result;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function note(client: PgDriverClient, text: string | undefined): void {
  if (text === undefined || !readSql(text, 'postgres').controls) return;
  if (/\b(?:begin|start)\b/i.test(text)) begun.add(client);
  else begun.delete(client);
}
