import { currentKey } from '../fetch/call-key.ts';
import type { Question, TokenBill } from '../fetch/token-meter.ts';
import type { ModelCalls } from './options.ts';

/**
 * Runs a call of a model once its tokens are reserved, where tokens are counted. The call settles its bill itself; it is given back when the call
 * fails.
 */
export async function metered<T>(
  { bridge, operation, key, meter }: ModelCalls,
  question: Question,
  signal: AbortSignal | undefined,
  run: (bill: TokenBill | undefined) => Promise<T>,
): Promise<T> {
  if (meter === undefined) return run(undefined);
  const timeout = bridge.config.operations[operation]?.timeout;
  const deadlineMs = timeout?.mode === 'enforce' ? (timeout.totalMs ?? undefined) : undefined;
  const bill = await meter.reserve(question, { key: currentKey(key), signal, deadlineMs });
  try {
    return await run(bill);
  } catch (error) {
    bill.cancel();
    throw error;
  }
}
