/**
 * The reply to COMMIT was lost, and it could not be found out in time whether the transaction was committed. `cause` is what the
 * driver said when the reply was lost. Repeating the work may do it twice: look at the data first.
 */
export class CommitOutcomeUnknown extends Error {
  /** The transaction, to be asked for later: `select pg_xact_status('…'::xid8)`. Undefined where the server has no such thing. */
  readonly transactionId: string | undefined;

  constructor(transactionId: string | undefined, reason: string, cause: unknown) {
    const which = transactionId === undefined ? '' : ` of transaction ${transactionId}`;
    super(`The reply to COMMIT${which} was lost, and ${reason}: it may be committed or not`, { cause });
    this.name = 'CommitOutcomeUnknown';
    this.transactionId = transactionId;
  }
}
