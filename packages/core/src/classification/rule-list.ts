import { type ErrorFacts, factValues } from './error-facts.ts';
import { type ErrorRule, MATCH_KINDS, type MatchKind, valuesOf } from './error-rule.ts';
import type { RuleHit } from './rule-index.ts';

interface Condition {
  readonly kind: MatchKind;
  readonly wanted: readonly string[];
}

/** Rules that somebody put into an order: the first that is about an error decides, whichever facts it names. */
export class RuleList {
  readonly #rules: readonly { readonly rule: ErrorRule; readonly conditions: readonly Condition[] }[];

  constructor(rules: readonly ErrorRule[]) {
    this.#rules = rules.map((rule) => ({ rule, conditions: conditionsOf(rule) }));
  }

  find(facts: ErrorFacts): RuleHit | undefined {
    const known = new Map<MatchKind, readonly string[]>();
    const of = (kind: MatchKind): readonly string[] => {
      const values = known.get(kind) ?? factValues(facts, kind);
      known.set(kind, values);
      return values;
    };
    for (const { rule, conditions } of this.#rules) {
      const first = conditions[0];
      if (first === undefined || !conditions.every((condition) => holds(condition, of(condition.kind)))) continue;
      const value = of(first.kind).find((candidate) => first.wanted.includes(candidate));
      if (value !== undefined) return { rule, kind: first.kind, value };
    }
    return undefined;
  }
}

/** The most telling first: it is the one that reports show. */
function conditionsOf({ match }: ErrorRule): readonly Condition[] {
  return MATCH_KINDS.flatMap((kind) => {
    const wanted = valuesOf(match, kind);
    return wanted === undefined ? [] : [{ kind, wanted }];
  });
}

function holds({ kind, wanted }: Condition, values: readonly string[]): boolean {
  return kind === 'label'
    ? wanted.every((value) => values.includes(value))
    : wanted.some((value) => values.includes(value));
}
