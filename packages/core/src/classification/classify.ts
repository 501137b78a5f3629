import { byTables, type Decided, firstOf } from './by-tables.ts';
import { type Classification, given } from './classification.ts';
import { chainOf, type ErrorLink } from './error-chain.ts';
import { MEANINGS } from './error-class.ts';
import { type ErrorFacts, factsOf } from './error-facts.ts';
import { assertRules, type ErrorRule } from './error-rule.ts';
import { type RuleHit, RuleIndex } from './rule-index.ts';
import { RETRYABLE_STATUSES } from './tables/http.ts';

export type { Classification } from './classification.ts';

export interface ClassifierOptions {
  /** HTTP statuses that are worth another try. Default 429, 500, 502, 503, 504. */
  readonly retryableStatuses?: readonly number[] | undefined;
  /** Rows that go before the built-in tables. The first that matches the outermost error it can match wins. */
  readonly rules?: readonly ErrorRule[] | undefined;
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
  const { rules = [], wallNow = Date.now, retryableStatuses = RETRYABLE_STATUSES } = options;
  assertRules(rules);
  const statuses = new Set(retryableStatuses);
  const own = new RuleIndex(rules);
  return (error) => {
    const chain = chainOf(error).map((link) => ({ link, facts: factsOf(link.error, wallNow()) }));
    const facts = chain.map((entry) => entry.facts);
    const standard = byTables(facts, statuses);
    const ruled = firstOf(facts, (link) => own.find(link));
    const decided = ruled === undefined ? standard : overrule(standard, ruled.value, ruled.index);
    const asked = decided.value.retryAfterMs ?? facts.find((link) => link.retryAfterMs !== undefined)?.retryAfterMs;
    return { classification: { ...decided.value, retryAfterMs: asked }, chain, decidedBy: decided.index };
  };
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
      rule: `own rule for ${kind} ${value}${rule.why === undefined ? '' : `: ${rule.why}`}`,
    },
  };
}
