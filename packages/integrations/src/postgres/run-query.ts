import type { Bridge } from '@crossbridge/core';
import { clientCall, onWire } from '../hardened/client-call.ts';
import type { DatabaseCallOptions } from '../sql/call-options.ts';
import { NothingDone, NotRepeatable, withOriginalErrors } from '../sql/failures.ts';
import { readSql } from '../sql/statement.ts';
import { scopeOn } from '../sql/transaction-scope.ts';
import { copyOf, type Handler, type PostgresQuery, type PostgresSql, textOf } from './driver.ts';

/** One view of postgres.js: its function, and how its calls are made. */
export interface PostgresHost {
  readonly sql: PostgresSql;
  readonly bridge: Bridge;
  readonly operation: string;
  readonly call: DatabaseCallOptions;
}

/** Makes a query a call of the operation: when it is run, copies of it are. As a fragment of another query it stays what it is. */
export function underPolicies(host: PostgresHost, query: PostgresQuery): PostgresQuery {
  const { handler, canceller } = query;
  query.handler = Object.assign(
    (asked: PostgresQuery): unknown => {
      const own = asked.streaming || asked.cursorFn || asked.forEachFn || asked.onlyDescribe;
      if (own || scopeOn(host.sql) !== undefined) return handler(asked);
      withOriginalErrors(runCopies(host, asked, handler, canceller)).then(
        (result) => asked.resolve(result),
        (error: unknown) => asked.reject(error),
      );
      return undefined;
    },
    { debug: handler.debug },
  );
  return query;
}

function runCopies(
  { bridge, operation, call }: PostgresHost,
  query: PostgresQuery,
  handler: Handler,
  canceller: PostgresQuery['canceller'],
): Promise<unknown> {
  const text = readSql(textOf(query), 'postgres');
  const { key, signal, deadlineMs, idempotent = false } = call;
  const cancelled = new AbortController();
  let copy: PostgresQuery | undefined;
  query.canceller = () => {
    if (copy !== undefined) return copy.cancel();
    const reason = new Error('The query was cancelled before it was sent');
    cancelled.abort(Object.assign(reason, { code: '57014' }));
    return undefined;
  };
  return clientCall(
    { bridge, operation, layer: 'sql' },
    onWire('sql', async (context) => {
      copy = copyOf(query, handler, canceller);
      const cancel = (): void => {
        void Promise.resolve(copy?.cancel()).catch(() => {});
      };
      context.signal.addEventListener('abort', cancel, { once: true });
      try {
        return await copy;
      } catch (error) {
        if (copy.state === null && bridge.explain(error, operation).class === 'unknown_outcome')
          throw new NothingDone(error);
        // A procedure, or what ends a transaction, may have been done in part.
        throw text.atomic ? error : new NotRepeatable(error);
      } finally {
        context.signal.removeEventListener('abort', cancel);
      }
    }),
    {
      key,
      signal: signal === undefined ? cancelled.signal : AbortSignal.any([signal, cancelled.signal]),
      deadlineMs,
      idempotent: idempotent === 'reads' ? text.reads : idempotent,
    },
  );
}
