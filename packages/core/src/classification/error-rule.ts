import { InvalidArgumentError } from '../errors.ts';
import { BREAKER_MEANINGS, type ErrorClass, type ErrorMeaning, isErrorClass, MEANINGS } from './error-class.ts';

type OneOrMore<T> = T | readonly T[];

/** All statuses of one kind. */
export type StatusClass = '1xx' | '2xx' | '3xx' | '4xx' | '5xx';

/** Which errors a rule is about. Every fact that is given must hold; of a list any member, of labels all. */
export interface ErrorMatch {
  /** HTTP status, of the error or of the response it carries: 409, or a class of them (`5xx`). */
  readonly status?: OneOrMore<number | StatusClass> | undefined;
  /** `code` (`ECONNRESET`, `P2034`, `ER_DUP_ENTRY`), or what AI providers put in `errorCode`, `type` and the body. Numbers as text. */
  readonly code?: OneOrMore<string> | undefined;
  /** Name of the error or of its class. */
  readonly name?: OneOrMore<string> | undefined;
  /** SQLSTATE: five characters, or the two of a class (`40`). */
  readonly sqlstate?: OneOrMore<string> | undefined;
  /** Number of a MySQL or MariaDB server error. */
  readonly errno?: OneOrMore<number> | undefined;
  /** Label of a MongoDB error. */
  readonly label?: OneOrMore<string> | undefined;
  /** First word of a Redis error reply (`READONLY`). */
  readonly reply?: OneOrMore<string> | undefined;
  /** The whole message: for errors of drivers that say it in no other way. Not looked at when there is a status, a code or an SQLSTATE. */
  readonly message?: OneOrMore<string> | undefined;
}

/** A row of a classification table. What it leaves out is taken from its class, else from what the rows below it say. */
export interface ErrorRule extends Partial<ErrorMeaning> {
  /** What reports call it. */
  readonly name?: string | undefined;
  readonly match: ErrorMatch;
  readonly class?: ErrorClass | undefined;
  /** Why, for people. */
  readonly why?: string | undefined;
}

/** The kinds of facts, the most telling first: a rule is found by the first of them that it names. */
export const MATCH_KINDS = ['errno', 'sqlstate', 'label', 'reply', 'code', 'status', 'name', 'message'] as const;

export type MatchKind = (typeof MATCH_KINDS)[number];

/** Builds the rows of a table: one class, one reason, and the values of one fact. */
export function rows(
  why: string,
  kind: MatchKind,
  values: readonly (string | number)[],
  errorClass: ErrorClass,
  meaning: Partial<ErrorMeaning> = {},
): ErrorRule {
  return { match: { [kind]: values }, class: errorClass, why, ...MEANINGS[errorClass], ...meaning };
}

/** The values a rule names for a fact, as text; undefined when it does not name that fact. */
export function valuesOf(match: ErrorMatch, kind: MatchKind): readonly string[] | undefined {
  const given = match[kind];
  if (given === undefined) return undefined;
  return Array.isArray(given) ? given.map(String) : [String(given)];
}

/**
 * Checks rules that come from outside.
 *
 * @throws InvalidArgumentError that names the rule by its position, from 0
 */
export function assertRules(rules: readonly ErrorRule[]): void {
  for (const [index, rule] of rules.entries()) {
    const refuse = (message: string): never => {
      throw new InvalidArgumentError(`Error rule ${index}: ${message}`);
    };
    if (typeof rule?.match !== 'object' || rule.match === null) refuse('it has no `match`');
    const kinds = Object.keys(rule.match).filter((kind) => rule.match[kind as MatchKind] !== undefined);
    const unknown = kinds.find((kind) => !MATCH_KINDS.includes(kind as MatchKind));
    if (unknown !== undefined) refuse(`match.${unknown} is none of ${MATCH_KINDS.join(', ')}`);
    const named = kinds.filter((kind) => valuesOf(rule.match, kind as MatchKind)?.length !== 0);
    if (kinds.length === 0 || named.length !== kinds.length) refuse('`match` names no value, so it can match nothing');
    const status = valuesOf(rule.match, 'status')?.find((value) => !/^[1-5](\d\d|xx)$/.test(value));
    if (status !== undefined)
      refuse(`match.status ${status} is neither an HTTP status (409) nor a class of them (4xx)`);
    const state = valuesOf(rule.match, 'sqlstate')?.find((value) => !/^([0-9A-Z]{2}|[0-9A-Z]{5})$/.test(value));
    if (state !== undefined)
      refuse(`match.sqlstate "${state}" is neither an SQLSTATE (40001) nor a class of them (40)`);
    if (rule.class !== undefined && !isErrorClass(rule.class)) {
      refuse(`class "${String(rule.class)}" is none of ${Object.keys(MEANINGS).join(', ')}`);
    }
    if (rule.breaker !== undefined && !BREAKER_MEANINGS.includes(rule.breaker)) {
      refuse(`breaker "${String(rule.breaker)}" is none of ${BREAKER_MEANINGS.join(', ')}`);
    }
  }
}
