import type { ErrorRulesInput } from '../input.ts';
import { formatPath, type Path } from '../path.ts';
import { placeName, type Review } from '../review.ts';
import type { ErrorRuleConfig } from '../types.ts';
import { layered } from './merge.ts';

type RuleInput = NonNullable<ErrorRulesInput[number]>;

/** `section` is where the list stands. */
export function completeErrorRules(section: Path, given: ErrorRulesInput, review: Review): ErrorRuleConfig[] {
  const named = new Map<string, Path>();
  return given.map((one, index) => {
    const path = [...section, index];
    const rule = { ...layered<ErrorRuleConfig>(one), name: one?.name ?? formatPath(path), match: { ...one?.match } };
    checkMatch(path, one, review);
    checkMeaning(path, rule, review);
    const before = named.get(rule.name);
    if (before === undefined) named.set(rule.name, path);
    else refuseName(path, before, review);
    return rule;
  });
}

function checkMatch(path: Path, rule: RuleInput | undefined, review: Review): void {
  const at = [...path, review.dialect.key('match')];
  const facts = 'status, code, name, sqlstate, errno, label, reply or message';
  if (rule?.match === undefined) review.problem(at, `missing: expected a map with ${facts}`);
  else if (Object.keys(rule.match).length === 0) {
    review.problem(at, `names nothing, so no error could match; give it one of ${facts}`);
  }
}

function checkMeaning(path: Path, rule: Partial<ErrorRuleConfig>, review: Review): void {
  const meaning = [rule.class, rule.retryable, rule.notExecuted, rule.breaker];
  if (meaning.some((part) => part !== undefined)) return;
  const fields = ['class', 'retryable', 'notExecuted', 'breaker'].map((field) => review.dialect.key(field));
  review.problem(path, `says nothing about the errors that match; give it at least one of ${fields.join(', ')}`);
}

function refuseName(path: Path, before: Path, review: Review): void {
  const { key } = review.dialect;
  const at = [...path, key('name')];
  const message = `${placeName(before, review)} is called so, too, and reports could not tell them apart; give this rule a ${key('name')} of its own`;
  review.problem(at, message, [[...before, key('name')]]);
}
