import { RefusalError } from '../errors.ts';
import type { Call } from './call.ts';
import { type AdmittedAttempt, admitOrWait } from './one-attempt.ts';
import type { Operation } from './operation.ts';
import { takeSlot } from './take-slot.ts';
import { askForTokens } from './take-tokens.ts';

/** What a call finds on its way to its first attempt: nothing that stands before it, a wait, or a refusal. */
export type Entry = AdmittedAttempt | RefusalError | Promise<AdmittedAttempt>;

/**
 * Takes a call past its rate limits, bulkhead and breaker to its first attempt. What can be had at once is had at once: a promise that is there
 * already would still cost a turn. A refusal is returned: to throw it costs as much as all the rest of it.
 *
 * @throws the caller's reason or the deadline error when there is nothing to run for; InvalidArgumentError for a cost that can never pass.
 * The promise rejects with the same, and with refusals
 */
export function enter(operation: Operation, call: Call): Entry {
  call.assertAlive();
  const tokens = askForTokens(operation, call, 'call');
  if (tokens === undefined) return enterBulkhead(operation, call);
  return tokens instanceof RefusalError ? tokens : tokens.then(() => orThrow(enterBulkhead(operation, call)));
}

function enterBulkhead(operation: Operation, call: Call): Entry {
  operation.budget?.deposit(call.untouched ? call.startedAtMs : operation.environment.clock.now());
  const slot = takeSlot(operation, call);
  if (slot === undefined) return enterAttempt(operation, call);
  return slot instanceof RefusalError ? slot : slot.then(() => orThrow(enterAttempt(operation, call)));
}

function enterAttempt(operation: Operation, call: Call): Entry {
  call.assertAlive();
  return admitOrWait(operation, call, 'initial');
}

function orThrow(entry: Entry): AdmittedAttempt | Promise<AdmittedAttempt> {
  if (entry instanceof RefusalError) throw entry;
  return entry;
}
