import { type CrossbridgeError, isCrossbridgeError } from '../errors.ts';
import { NonRetryableError, RateLimitError, RetryableError } from '../retry/errors.ts';
import { type Classification, fromHit, verdict } from './classification.ts';
import { isA } from './error-chain.ts';
import type { ErrorFacts } from './error-facts.ts';
import { RuleIndex } from './rule-index.ts';
import { IN_BAND_RULES, MONEY_RULES, statusRule } from './tables/http.ts';
import { MONGODB_RULES } from './tables/mongodb.ts';
import { MYSQL_RULES } from './tables/mysql.ts';
import {
  CLIENT_NAME_RULES,
  CONNECT_CODES,
  GENERAL_NAME_RULES,
  NETWORK_RULES,
  PROGRAM_NAME_RULES,
} from './tables/network.ts';
import { POSTGRES_DRIVER_RULES, SQLSTATE_RULES } from './tables/postgres.ts';
import { PRISMA_RULES } from './tables/prisma.ts';
import { REDIS_RULES } from './tables/redis.ts';

const MONEY = new RuleIndex(MONEY_RULES);
const KNOWN = new RuleIndex([
  ...SQLSTATE_RULES,
  ...POSTGRES_DRIVER_RULES,
  ...MYSQL_RULES,
  ...MONGODB_RULES,
  ...REDIS_RULES,
  ...PRISMA_RULES,
  ...NETWORK_RULES,
  ...IN_BAND_RULES,
]);
const CLIENT_NAMES = new RuleIndex(CLIENT_NAME_RULES);
const GENERAL_NAMES = new RuleIndex(GENERAL_NAME_RULES);
const PROGRAM_NAMES = new RuleIndex(PROGRAM_NAME_RULES);

/** A verdict, and which error of the chain it is about; undefined when it is about none. */
export interface Decided {
  readonly value: Classification;
  readonly index: number | undefined;
}

/** What the built-in tables say of an error, given the facts of its whole chain. */
export function byTables(facts: readonly ErrorFacts[], statuses: ReadonlySet<number>): Decided {
  const known =
    firstOf(facts, (link, index) => byThrower(link, facts.slice(index + 1), statuses) ?? byStructure(link, statuses)) ??
    firstOf(facts, (link) => fromHit(CLIENT_NAMES.find(link) ?? GENERAL_NAMES.find(link)));
  // Whoever wraps a refusal about money as one about rate has not made it one.
  const wrapped = known?.value.class === 'throttled' ? firstOf(facts, moneyIn) : undefined;
  if (known !== undefined) return wrapped ?? known;
  // Of errors of the program only the outermost counts: `fetch` throws a TypeError for whatever happened on the network.
  const program = facts[0] === undefined ? undefined : fromHit(PROGRAM_NAMES.find(facts[0]));
  if (program !== undefined) return { value: program, index: 0 };
  return { value: verdict('unclassified', 'nothing known of it', '_OTHER'), index: undefined };
}

/** Errors whose class says what they mean: our own, and those that wrapped functions throw to be understood. */
function byThrower(
  { error, retryAfterMs }: ErrorFacts,
  causes: readonly ErrorFacts[],
  statuses: ReadonlySet<number>,
): Classification | undefined {
  if (isCrossbridgeError(error)) return { ...byOwnCode(error.code), retryAfterMs };
  if (isA(error, NonRetryableError)) return verdict('permanent', `thrown as ${error.name}`, error.name);
  if (!isA(error, RetryableError)) return undefined;
  const cause = firstOf(causes, (link) => byStructure(link, statuses))?.value;
  if (cause?.class === 'money') return cause;
  const throttled = isA(error, RateLimitError);
  return {
    ...verdict(throttled ? 'throttled' : 'transient', `thrown as ${error.name}`, error.name),
    notExecuted: cause?.notExecuted ?? throttled,
    retryAfterMs,
  };
}

function byOwnCode(code: CrossbridgeError['code']): Classification {
  switch (code) {
    case 'attempt_timeout':
      return verdict('unknown_outcome', 'our attempt timeout', code);
    case 'deadline_exceeded':
      return verdict('unknown_outcome', 'our deadline', code, { retryable: false, breaker: 'ignored' });
    case 'stream_stalled':
    case 'stream_truncated':
      return verdict('unknown_outcome', 'a streamed answer that did not come to its end', code);
    case 'invalid_argument':
    case 'invalid_config':
      return verdict('program', 'an error of the program', code);
    default:
      // A refusal by another bridge below this one, for example: nothing was asked of the callee.
      return verdict('refused', 'refused by CrossBridge', code);
  }
}

function byStructure(facts: ErrorFacts, statuses: ReadonlySet<number>): Classification | undefined {
  const money = moneyIn(facts);
  if (money !== undefined) return money;
  if (facts.status !== undefined) return byStatus(facts.status, facts, statuses);
  const connectCode = facts.connecting ? facts.codes.find((code) => CONNECT_CODES.has(code)) : undefined;
  if (connectCode !== undefined) return verdict('not_executed', `never connected: ${connectCode}`, connectCode);
  const known = fromHit(KNOWN.find(facts));
  if (known !== undefined) return { ...known, retryAfterMs: facts.retryAfterMs };
  // A server that answers with an SQLSTATE or an error reply has judged the request, whichever it is.
  if (facts.sqlstate !== undefined) return verdict('permanent', `SQLSTATE ${facts.sqlstate}`, '_OTHER');
  return facts.reply === undefined ? undefined : verdict('permanent', 'refused by the server', '_OTHER');
}

function moneyIn(facts: ErrorFacts): Classification | undefined {
  return fromHit(MONEY.find(facts));
}

function byStatus(status: number, facts: ErrorFacts, statuses: ReadonlySet<number>): Classification {
  const rule = statusRule(status, statuses);
  const { retryAfterMs, shouldRetry } = facts;
  const value = { ...verdict(rule.class ?? 'permanent', `status ${status}`, String(status), rule), retryAfterMs };
  return shouldRetry === undefined
    ? value
    : { ...value, retryable: shouldRetry, rule: `x-should-retry: ${shouldRetry}` };
}

export function firstOf<T>(
  facts: readonly ErrorFacts[],
  find: (link: ErrorFacts, index: number) => T | undefined,
): { readonly value: T; readonly index: number } | undefined {
  for (const [index, link] of facts.entries()) {
    const value = find(link, index);
    if (value !== undefined) return { value, index };
  }
  return undefined;
}
