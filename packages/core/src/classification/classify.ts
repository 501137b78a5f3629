import { byTables, type Decided, firstOf } from './by-tables.ts';
import { type Classification, given } from './classification.ts';
import { chainOf, type ErrorLink } from './error-chain.ts';
import { MEANINGS } from './error-class.ts';
import { type ErrorFacts, factsOf } from './error-facts.ts';
import { assertRules, type ErrorRule } from './error-rule.ts';
import type { RuleHit } from './rule-index.ts';
import { RuleList } from './rule-list.ts';
import { RETRYABLE_STATUSES } from './tables/http.ts';

export type { Classification } from './classification.ts';

export interface ClassifierOptions {
  /** HTTP statuses that are worth another try. Default 429, 500, 502, 503, 504. */
  readonly retryableStatuses?: readonly number[] | undefined;
  /** Rows that go before all tables. The first that matches the outermost error it can match wins. */
  readonly rules?: readonly ErrorRule[] | undefined;
  /** Tables that are asked one after the other after `rules`, and before the built-in ones. */
  readonly tables?: readonly (readonly ErrorRule[])[] | undefined;
  /** Calendar time in milliseconds, for `Retry-After` dates. */
  readonly wallNow?: (() => number) | undefined;
}

export type Classifier = (error: unknown) => Classification;

/** A classification, the errors it was made from, and which of them decided (none when nothing was known). */
export interface Judgement {
  readonly classification: Classification;
  readonly chain: readonly { readonly link: ErrorLink; readonly facts: ErrorFacts }[];
  readonly decidedBy: number | undefined;
}

/**
 * Makes the function that decides from structure alone (class, status, code, SQLSTATE, labels, headers, along the cause chain
 * and into `AggregateError`), never from free text, what an error means for retry and breaker.
 *
 * @throws InvalidArgumentError for rules that cannot work
 */
export function createClassifier(options: ClassifierOptions = {}): Classifier {
  const judge = createJudge(options);
  return (error) => judge(error).classification;
}

/** {@link createClassifier} for who wants the reasons too. */
export function createJudge(options: ClassifierOptions = {}): (error: unknown) => Judgement {
  const { rules = [], tables = [], wallNow = Date.now, retryableStatuses = RETRYABLE_STATUSES } = options;
  const statuses = new Set(retryableStatuses);
  const own = [rules, ...tables].filter((table) => table.length > 0).map(listOf);
  return (error) => {
    const chain = chainOf(error).map((link) => ({ link, facts: factsOf(link.error, wallNow()) }));
    const facts = chain.map((entry) => entry.facts);
    const standard = byTables(facts, statuses);
    const ruled = firstIn(own, facts);
    const decided = ruled === undefined ? standard : overrule(standard, ruled.value, ruled.index);
    const asked = decided.value.retryAfterMs ?? facts.find((link) => link.retryAfterMs !== undefined)?.retryAfterMs;
    return { classification: { ...decided.value, retryAfterMs: asked }, chain, decidedBy: decided.index };
  };
}

function listOf(rules: readonly ErrorRule[]): RuleList {
  assertRules(rules);
  return new RuleList(rules);
}

/** A table decides before those after it, whichever error of the chain it is about. */
function firstIn(tables: readonly RuleList[], facts: readonly ErrorFacts[]) {
  for (const table of tables) {
    const found = firstOf(facts, (link) => table.find(link));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a rule from outside leaves open stays as the tables say. */
function overrule(standard: Decided, { rule, kind, value }: RuleHit, index: number): Decided {
  const meaning = { ...(rule.class === undefined ? standard.value : MEANINGS[rule.class]), ...given(rule) };
  const { type } = standard.value;
  return {
    index,
    value: {
      ...standard.value,
      class: rule.class ?? standard.value.class,
      retryable: meaning.retryable,
      notExecuted: meaning.notExecuted,
      breaker: meaning.breaker,
      // Bounded: the values are those of the rules. A message is no type, however bounded.
      type: type === '_OTHER' && kind !== 'message' ? value : type,
      rule: `own rule ${rule.name === undefined ? '' : `"${rule.name}" `}for ${kind} ${value}${rule.why === undefined ? '' : `: ${rule.why}`}`,
    },
  };
}
