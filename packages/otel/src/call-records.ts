import type { BridgeEvent, CallInfo } from '@crossbridge/core';
import type { CallRecord } from './call-record.ts';

const RECORD: unique symbol = Symbol('crossbridge.record');

interface Recorded extends CallInfo {
  /** The newest of those that observers keep of it. */
  [RECORD]?: CallRecord | undefined;
}

/**
 * The records of the calls under way. Each hangs on its call, under a symbol: a map would have to give every call an identity, which costs more than
 * all the rest of it.
 */
export class CallRecords {
  add(record: CallRecord): void {
    const call: Recorded = record.call;
    record.owner = this;
    record.older = call[RECORD];
    call[RECORD] = record;
  }

  find(call: Recorded | undefined): CallRecord | undefined {
    let record = call?.[RECORD];
    while (record !== undefined && record.owner !== this) record = record.older;
    return record;
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
    record.owner = undefined;
    const call: Recorded = record.call;
    if (call[RECORD] === record) call[RECORD] = record.older;
  }
}
