import type { SharedDecision } from './shared-decision.ts';
import { SharedReservation } from './shared-reservation.ts';
import { type SharedClaim, takeAll } from './take-all.ts';

/**
 * {@link takeAll} without a wait for tokens, which an abort ends at once: what comes too late is given back.
 *
 * @throws the signal's reason
 */
export function takeTogether(
  claims: readonly SharedClaim[],
  signal: AbortSignal | undefined,
): Promise<readonly SharedDecision[]> {
  const taken = takeAll(claims);
  if (signal === undefined) return taken;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason);
      void taken.then((decisions) => giveBack(claims, decisions));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    taken.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function giveBack(claims: readonly SharedClaim[], decisions: readonly SharedDecision[]): void {
  if (decisions.every(({ admitted }) => admitted)) void new SharedReservation(claims, claims[0]?.cost ?? 0).cancel();
}
