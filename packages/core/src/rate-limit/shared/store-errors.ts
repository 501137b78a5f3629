/** The store did not decide: it failed, took too long, or was not asked because it has failed before. */
export class StoreUnavailable extends Error {
  readonly reason: 'timeout' | 'error' | 'open';

  constructor(reason: 'timeout' | 'error' | 'open', options?: ErrorOptions) {
    super(`The store of shared rate limits did not decide (${reason})`, options);
    this.reason = reason;
  }
}

/** Whether the store says that it does not know the script, which it has not run then. */
export function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

/** Whether the store is well, and only this bucket is not: something else is kept under its name, or it is of another version. */
export function isOfBucket(error: unknown): boolean {
  return error instanceof Error && /WRONGTYPE|CROSSBRIDGE|ERR (?:user_script|Error running script)/.test(error.message);
}
