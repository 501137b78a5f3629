import type { Bulkhead } from '../bulkhead/bulkhead.ts';
import type { QueuePlace } from '../bulkhead/wait-queue.ts';
import { BulkheadFullError } from '../errors.ts';
import type { Call } from './call.ts';
import type { Operation } from './operation.ts';
import { tell } from './tell.ts';
import { wait } from './wait.ts';

/**
 * Takes a slot of the bulkhead for the call, which then holds it. Undefined when the call may go on; a promise only when it has to wait; else the
 * refusal, when every slot and every queue place is taken.
 *
 * In shadow mode nobody waits and nobody is refused: a call that would have waited takes its slot at once, and one that would have been
 * refused passes beside the bulkhead.
 *
 * The promise rejects with BulkheadFullError when the queue wait takes too long, with the caller's reason or the deadline error.
 */
export function takeSlot(operation: Operation, call: Call): BulkheadFullError | Promise<void> | undefined {
  const { bulkhead, config, environment } = operation;
  if (bulkhead === undefined) return undefined;
  if (bulkhead.tryAcquire()) {
    call.slot = bulkhead;
    return undefined;
  }
  if (config.bulkhead?.mode === 'shadow') {
    if (bulkhead.tryPass()) call.slot = bulkhead;
    else tell(environment.notifier, call, { type: 'bulkhead.rejected', call, mode: 'shadow' });
    return undefined;
  }
  const place = bulkhead.enqueue();
  if (place !== undefined) return waitForSlot(operation, bulkhead, call, place);
  return refusal(operation, call, `all ${bulkhead.limit} slots and all ${bulkhead.queueLimit} queue places are taken`);
}

async function waitForSlot(operation: Operation, bulkhead: Bulkhead, call: Call, place: QueuePlace): Promise<void> {
  const { config, environment } = operation;
  const queuedAtMs = environment.clock.now();
  const untilDeadlineMs = call.remainingMs;
  const timeoutMs = Math.min(config.bulkhead?.queueTimeoutMs ?? Number.POSITIVE_INFINITY, untilDeadlineMs);
  const end = await wait({ clock: environment.clock, timeoutMs, signal: call.signal, until: place.admitted });
  call.queueMs = environment.clock.now() - queuedAtMs;
  if (end !== 'done' && place.leave()) {
    call.assertAlive();
    // A timer may fire a little early: whose limit it was is a matter of the limits, not of the clock.
    if (untilDeadlineMs <= timeoutMs) throw call.deadlineError();
    throw refusal(operation, call, `no slot became free within ${timeoutMs} ms`);
  }
  call.slot = bulkhead;
  tell(environment.notifier, call, { type: 'bulkhead.admitted', call, waitMs: call.queueMs });
}

function refusal({ name, environment }: Operation, call: Call, reason: string): BulkheadFullError {
  tell(environment.notifier, call, { type: 'bulkhead.rejected', call, mode: 'enforce' });
  return new BulkheadFullError(name, reason);
}
