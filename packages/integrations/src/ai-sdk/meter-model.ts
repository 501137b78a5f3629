import { currentKey } from '../fetch/call-key.ts';
import { reserveTokens } from '../fetch/reserved-tokens.ts';
import type { Question, TokenBill } from '../fetch/token-meter.ts';
import type { ModelCall } from './call-model.ts';
import type { ModelCalls } from './options.ts';

/**
 * Runs a call of a model once its tokens are reserved, where tokens are counted. The call settles its bill itself; it is given back when the call
 * fails.
 */
export async function metered<T>(
  calls: ModelCalls,
  call: ModelCall,
  question: Question,
  run: (call: ModelCall, bill: TokenBill | undefined) => Promise<T>,
): Promise<T> {
  const { meter } = calls;
  if (meter === undefined) return run(call, undefined);
  const wait = { key: currentKey(calls.key), signal: call.signal };
  const { bill, deadlineMs } = await reserveTokens(calls, meter, question, wait);
  try {
    return await run({ ...call, deadlineMs }, bill);
  } catch (error) {
    bill.cancel();
    throw error;
  }
}
