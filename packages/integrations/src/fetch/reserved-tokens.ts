import type { Bridge } from '@crossbridge/core';
import type { Question, TokenBill, TokenMeter, TokenWait } from './token-meter.ts';

/** The tokens of a call, and what is left of its time. */
export interface ReservedTokens {
  readonly bill: TokenBill;
  /** Undefined: no time is set. */
  readonly deadlineMs: number | undefined;
}

/**
 * Reserves the tokens of a call that is about to be made. The wait for them is part of the time that the call may take.
 *
 * @throws RateLimitExceeded when the tokens do not come in time; the reason of the signal
 */
export async function reserveTokens(
  { bridge, operation }: { readonly bridge: Bridge; readonly operation: string },
  meter: TokenMeter,
  question: Question,
  wait: Omit<TokenWait, 'deadlineMs'>,
): Promise<ReservedTokens> {
  const timeout = bridge.config.operations[operation]?.timeout;
  const totalMs = timeout?.mode === 'enforce' ? (timeout.totalMs ?? undefined) : undefined;
  const startedAtMs = performance.now();
  const bill = await meter.reserve(question, { ...wait, deadlineMs: totalMs });
  if (totalMs === undefined) return { bill, deadlineMs: undefined };
  return { bill, deadlineMs: Math.max(0, totalMs - (performance.now() - startedAtMs)) };
}
