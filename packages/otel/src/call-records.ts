import type { BridgeEvent, CallInfo } from '@crossbridge/core';
import type { CallRecord } from './call-record.ts';

/** The records of the calls under way. Their ends are told without fail, so it need not be a `WeakMap`, which costs several times as much. */
export class CallRecords {
  readonly #records = new Map<CallInfo, CallRecord>();
  /** The one that was looked for last: facts of one call come in a row. */
  #found: CallRecord | undefined;

  add(record: CallRecord): void {
    this.#records.set(record.call, record);
  }

  find(call: CallInfo | undefined): CallRecord | undefined {
    if (this.#found?.call === call) return this.#found;
    // To look for an object in a map gives it an identity, which costs more than the rest of it.
    if (call === undefined || this.#records.size === 0) return undefined;
    this.#found = this.#records.get(call);
    return this.#found;
  }

  /** Takes down that an event of the call was told, and forgets a call that has ended. */
  told(record: CallRecord, event: BridgeEvent): void {
    if (event.type === 'call.ended') record.ended = true;
    if (event.type === 'attempt.ended' && event.attempt === 1) record.first.attempt = 0;
    // What was never begun will not end.
    if (record.ended && record.call.attempts === 0) record.attempts.length = 0;
    if (record.ended && record.attempts.length === 0) this.forget(record);
  }

  forget(record: CallRecord): void {
    record.first.attempt = 0;
    this.#records.delete(record.call);
    if (this.#found === record) this.#found = undefined;
  }
}
