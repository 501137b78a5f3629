import { type AttemptContext, type Bridge, runAsAttempt } from '@crossbridge/core';
import { clientCall } from '../hardened/client-call.ts';
import type { DatabaseCallOptions } from '../sql/call-options.ts';
import { ConnectionLost, NotRepeatable, withOriginalErrors } from '../sql/failures.ts';
import { readSql, type SqlText } from '../sql/statement.ts';
import type { ConnectionState } from './connection-state.ts';
import {
  answerOf,
  leavesConnection,
  type MysqlCallback,
  type MysqlCommand,
  type MysqlConnection,
  sqlOf,
} from './driver.ts';
import { killQuery } from './kill-query.ts';

/** A connection that belongs to no pool, and how its calls are made. */
export interface ConnectionHost {
  readonly connection: MysqlConnection;
  readonly state: ConnectionState;
  readonly bridge: Bridge;
  readonly operation: string;
  readonly call: Omit<DatabaseCallOptions, 'idempotent'>;
}

/** Asks the connection itself. */
export type AskConnection = (done: MysqlCallback) => MysqlCommand;

/**
 * Asks a connection in the order of the calls. Outside of a transaction a statement is a call of the operation, and so is the one that
 * begins a transaction; what follows in it passes without policies, or they would hold it up or leave it open.
 *
 * @param onCommand told of the command of mysql2, each time that it is asked
 */
export function queryHeld(
  host: ConnectionHost,
  sql: unknown,
  ask: AskConnection,
  onCommand: (command: MysqlCommand) => void = () => {},
): Promise<[unknown, unknown]> {
  const { state, connection } = host;
  return state.queue.run(() => {
    const text = readSql(sqlOf(sql), 'mysql');
    const { key, signal, deadlineMs } = host.call;
    const run = (context?: AttemptContext) => attempt(host, text, ask, onCommand, context);
    if (state.inTransaction || isOver(connection)) return withOriginalErrors(run());
    // After a lost reply the connection is lost, too.
    const options = { key, signal, deadlineMs, idempotent: false };
    return withOriginalErrors(clientCall({ ...host, layer: 'sql' }, run, options));
  });
}

async function attempt(
  { connection, state }: ConnectionHost,
  text: SqlText,
  ask: AskConnection,
  onCommand: (command: MysqlCommand) => void,
  context: AttemptContext | undefined,
): Promise<[unknown, unknown]> {
  let command: MysqlCommand | undefined;
  const answer = answerOf((done) =>
    runAsAttempt('sql', () =>
      state.ask(() => {
        command = ask(done);
        onCommand(command);
      }),
    ),
  );
  const abort = (): void => {
    const ended = connection._command === command ? killQuery(connection) : undefined;
    state.queue.hold(Promise.allSettled([answer, ended]));
  };
  const signal = context?.signal;
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const result = await answer;
    state.noteResult(result[0]);
    return result;
  } catch (error) {
    if (isOver(connection) && !leavesConnection(error)) throw new ConnectionLost(error);
    // Of several statements, or a procedure, part may have been committed.
    throw text.atomic ? error : new NotRepeatable(error);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function isOver({ _fatalError, _protocolError, _closing }: MysqlConnection): boolean {
  return (_fatalError ?? _protocolError ?? undefined) !== undefined || _closing === true;
}
