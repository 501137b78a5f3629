import { BulkheadFullError } from '../errors.ts';
import type { Call } from './call.ts';
import type { Operation } from './operation.ts';
import { wait } from './wait.ts';

/**
 * Waits for a slot of the bulkhead. True when one was taken and must be released; false when there is nothing to release
 * (in shadow mode a full bulkhead lets the call pass beside it).
 *
 * @throws BulkheadFullError when every slot and every queue place is taken, or the queue wait took too long
 */
export async function takeSlot(operation: Operation, call: Call): Promise<boolean> {
  const { bulkhead, config, environment } = operation;
  if (bulkhead === undefined || config.bulkhead === null) return false;
  if (bulkhead.tryAcquire()) return true;
  const refused = (reason: string): boolean => {
    const mode = config.bulkhead?.mode ?? 'enforce';
    environment.notifier.tell({ type: 'bulkhead.rejected', call, mode });
    if (mode === 'shadow') return false;
    throw new BulkheadFullError(operation.name, reason);
  };
  const place = bulkhead.enqueue();
  if (place === undefined) {
    return refused(`all ${bulkhead.limit} slots and all ${bulkhead.queueLimit} queue places are taken`);
  }
  const queuedAtMs = environment.clock.now();
  const { queueTimeoutMs } = config.bulkhead;
  const timeoutMs = Math.min(queueTimeoutMs ?? Number.POSITIVE_INFINITY, call.remainingMs);
  const end = await wait({ clock: environment.clock, timeoutMs, signal: call.signal, until: place.admitted });
  call.queueMs = environment.clock.now() - queuedAtMs;
  if (end !== 'done' && place.leave()) {
    call.assertAlive();
    return refused(`no slot became free within ${timeoutMs} ms`);
  }
  environment.notifier.tell({ type: 'bulkhead.admitted', call, waitMs: call.queueMs });
  return true;
}
