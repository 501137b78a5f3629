import type { Bulkhead } from '../bulkhead/bulkhead.ts';
import { BulkheadFullError } from '../errors.ts';
import type { Call } from './call.ts';
import type { Operation } from './operation.ts';
import { wait } from './wait.ts';

/**
 * Waits for a slot of the bulkhead. True when one was taken and must be released; false when there is nothing to release.
 *
 * In shadow mode nobody waits and nobody is refused: a call that would have waited takes its slot at once, and one that would have been
 * refused passes beside the bulkhead.
 *
 * @throws BulkheadFullError when every slot and every queue place is taken, or the queue wait took too long
 */
export async function takeSlot(operation: Operation, bulkhead: Bulkhead, call: Call): Promise<boolean> {
  const { config, environment } = operation;
  if (config.bulkhead === null) return false;
  if (bulkhead.tryAcquire()) return true;
  const { mode, queueTimeoutMs } = config.bulkhead;
  if (mode === 'shadow') {
    const passes = bulkhead.tryPass();
    if (!passes) environment.notifier.tell({ type: 'bulkhead.rejected', call, mode });
    return passes;
  }
  const place = bulkhead.enqueue();
  if (place === undefined) {
    throw refusal(operation, call, `all ${bulkhead.limit} slots and all ${bulkhead.queueLimit} queue places are taken`);
  }
  const queuedAtMs = environment.clock.now();
  const untilDeadlineMs = call.remainingMs;
  const timeoutMs = Math.min(queueTimeoutMs ?? Number.POSITIVE_INFINITY, untilDeadlineMs);
  const end = await wait({ clock: environment.clock, timeoutMs, signal: call.signal, until: place.admitted });
  call.queueMs = environment.clock.now() - queuedAtMs;
  if (end !== 'done' && place.leave()) {
    call.assertAlive();
    // A timer may fire a little early: whose limit it was is a matter of the limits, not of the clock.
    if (untilDeadlineMs <= timeoutMs) throw call.deadlineError();
    throw refusal(operation, call, `no slot became free within ${timeoutMs} ms`);
  }
  environment.notifier.tell({ type: 'bulkhead.admitted', call, waitMs: call.queueMs });
  return true;
}

function refusal({ name, environment }: Operation, call: Call, reason: string): BulkheadFullError {
  environment.notifier.tell({ type: 'bulkhead.rejected', call, mode: 'enforce' });
  return new BulkheadFullError(name, reason);
}
