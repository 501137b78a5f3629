import { type ErrorFacts, factValues } from './error-facts.ts';
import { type ErrorRule, MATCH_KINDS, type MatchKind, valuesOf } from './error-rule.ts';

/** A rule that is about an error, and the fact by which it was found. */
export interface RuleHit {
  readonly rule: ErrorRule;
  readonly kind: MatchKind;
  readonly value: string;
}

/** Rules, found by the most telling fact that they name. */
export class RuleIndex {
  readonly #entries = new Map<string, { readonly rule: ErrorRule; readonly order: number }[]>();

  /** The kinds of facts by which any of the rules is found. */
  readonly #kinds: readonly MatchKind[];

  constructor(rules: readonly ErrorRule[]) {
    const kinds = new Set<MatchKind>();
    for (const [order, rule] of rules.entries()) {
      const kind = MATCH_KINDS.find((candidate) => valuesOf(rule.match, candidate) !== undefined);
      if (kind === undefined) continue;
      kinds.add(kind);
      for (const value of keysOf(rule, kind)) {
        const key = `${kind}:${value}`;
        const entries = this.#entries.get(key) ?? [];
        entries.push({ rule, order });
        this.#entries.set(key, entries);
      }
    }
    this.#kinds = MATCH_KINDS.filter((kind) => kinds.has(kind));
  }

  /** The rule about the most telling fact; of several about the same kind of fact the first in the table. */
  find(facts: ErrorFacts): RuleHit | undefined {
    for (const kind of this.#kinds) {
      const hit = this.#findBy(kind, facts);
      if (hit !== undefined) return hit;
    }
    return undefined;
  }

  #findBy(kind: MatchKind, facts: ErrorFacts): RuleHit | undefined {
    for (const values of groups(kind, factValues(facts, kind))) {
      let best: (RuleHit & { readonly order: number }) | undefined;
      for (const value of values) {
        for (const { rule, order } of this.#entries.get(`${kind}:${value}`) ?? []) {
          if ((best === undefined || order < best.order) && holds(rule, facts)) best = { rule, kind, value, order };
        }
      }
      if (best !== undefined) return best;
    }
    return undefined;
  }
}

/** The five characters of an SQLSTATE say more than its class. */
function groups(kind: MatchKind, values: readonly string[]): readonly (readonly string[])[] {
  return kind === 'sqlstate' ? values.map((value) => [value]) : [values];
}

/** All labels must be there, so one of them is enough to find the rule by. */
function keysOf({ match }: ErrorRule, kind: MatchKind): readonly string[] {
  const values = valuesOf(match, kind) ?? [];
  return kind === 'label' ? values.slice(0, 1) : values;
}

/** Whether every fact that the rule names is there. */
function holds(rule: ErrorRule, facts: ErrorFacts): boolean {
  return MATCH_KINDS.every((kind) => {
    const wanted = valuesOf(rule.match, kind);
    if (wanted === undefined) return true;
    const values = factValues(facts, kind);
    return kind === 'label'
      ? wanted.every((value) => values.includes(value))
      : wanted.some((value) => values.includes(value));
  });
}
