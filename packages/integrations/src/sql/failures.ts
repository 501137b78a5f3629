import { NonRetryableError } from '@crossbridge/core';

/**
 * Tells the policies what the place of a failure says beyond the error itself. It never reaches the application: see {@link original}.
 */
interface Reinterpreted {
  readonly cause?: unknown;
}

/**
 * Certainly nothing was done, or nothing of it is left: no connection came about, or one broke before its transaction was committed.
 * To the classification it is a connection that was lost while connecting, which is what it comes to.
 */
export class NothingDone extends Error implements Reinterpreted {
  readonly code = 'ECONNABORTED';
  readonly syscall = 'connect';

  constructor(cause: unknown) {
    super('Nothing was done', { cause });
    this.name = 'NothingDone';
  }
}

/** Not to be repeated and no fault of the database, whatever the error says elsewhere. */
export class NotRepeatable extends NonRetryableError implements Reinterpreted {
  constructor(cause: unknown) {
    super('Not to be repeated', { cause });
  }
}

/** The connection is lost, and with it whatever would be repeated on it. */
export class ConnectionLost extends Error implements Reinterpreted {
  readonly code = 'ECONNRESET';

  constructor(cause: unknown) {
    super('The connection is lost', { cause });
    this.name = 'ConnectionLost';
  }
}

/** The application gets the error that the driver, or its own code, has raised. */
function original(error: unknown): unknown {
  const inner = error instanceof NothingDone || error instanceof NotRepeatable || error instanceof ConnectionLost;
  return inner ? original(error.cause) : error;
}

/** Gives the promise of a call of the bridge to the application. */
export async function withOriginalErrors<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw original(error);
  }
}

/** Whether `found` says yes to the error or one of its causes. */
export function anyCause(error: unknown, found: (link: unknown) => boolean): boolean {
  const seen = new Set<unknown>();
  for (let link = error; link !== undefined && link !== null && !seen.has(link); ) {
    if (found(link)) return true;
    seen.add(link);
    link = typeof link === 'object' ? (link as { readonly cause?: unknown }).cause : undefined;
  }
  return false;
}
