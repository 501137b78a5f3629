import { contradictory, covered } from '../../classification/covers.ts';
import { MEANINGS } from '../../classification/error-class.ts';
import { factsOf } from '../../classification/error-facts.ts';
import type { ErrorRule } from '../../classification/error-rule.ts';
import { RuleList } from '../../classification/rule-list.ts';
import { MONEY_RULES } from '../../classification/tables/http.ts';
import type { Path } from '../path.ts';
import { placeName, type Review } from '../review.ts';
import type { ErrorRuleConfig, RuntimeConfig } from '../types.ts';

/** Rules that never decide, and those that repeat what cannot succeed. */
export function lintErrorRules({ errorRules, operations }: RuntimeConfig, review: Review): void {
  const { key } = review.dialect;
  const general = [key('errorRules')];
  lintTable(general, errorRules, review);
  lintMoney(general, errorRules, review);
  for (const [name, { errorRules: own = [] }] of Object.entries(operations)) {
    const section = [key('operations'), name, key('errorRules')];
    lintTable(section, own, review);
    lintMoney(section, own, review);
  }
}

function lintTable(section: Path, rules: readonly ErrorRuleConfig[], review: Review): void {
  const { key } = review.dialect;
  rules.forEach((rule, index) => {
    const path = [...section, index];
    const match = [...path, key('match')];
    const before = rules.slice(0, index);
    if (contradictory(rule.match)) {
      const message =
        'never decides: a message is not looked at where there is a status, a code or an SQLSTATE; leave out the message or the others';
      review.warn([...match, 'message'], message);
    } else if (
      covered(
        rule.match,
        before.map((earlier) => earlier.match),
      )
    ) {
      const message = `never decides: whatever it matches, ${earlierRules(section, rule, before, review)} already; put it before, or narrow what stands there`;
      review.warn(match, message, [section]);
    }
    if (rule.retryable === true && rule.class !== undefined && !MEANINGS[rule.class].retryable) {
      const message =
        'makes errors retryable of which the class says that another try cannot help; leave it out, or give the rule another class';
      review.warn([...path, key('retryable')], message, [[...path, key('class')]]);
    }
  });
}

function earlierRules(
  section: Path,
  { match }: ErrorRuleConfig,
  before: readonly ErrorRuleConfig[],
  review: Review,
): string {
  const index = before.findIndex((earlier) => covered(match, [earlier.match]));
  return index < 0 ? 'the rules before it match' : `${placeName([...section, index], review)} matches`;
}

/** Refusals for money as AI providers send them, and without a status, as they come inside a stream. */
const REFUSALS: readonly object[] = MONEY_RULES.flatMap(({ match }) => match.code ?? []).flatMap((code) => [
  { name: 'RateLimitError', status: 429, code },
  { name: 'PermissionDeniedError', status: 403, code },
  { name: 'APIError', status: 402, code },
  { name: 'APIError', code },
]);

function lintMoney(section: Path, rules: readonly ErrorRuleConfig[], review: Review): void {
  const { key } = review.dialect;
  const list = new RuleList(rules);
  const deciding = new Set(REFUSALS.map((refusal) => list.find(factsOf(refusal, 0))?.rule));
  rules.forEach((rule, index) => {
    if (!deciding.has(rule) || !retries(rule)) return;
    const codes = 'insufficient_quota and the like';
    const message = `makes refusals for money (${codes}) retryable, which no wait can help; put a rule with ${key('class')} money for those codes before it, or narrow this one`;
    review.warn([...section, index, key('match')], message, [section]);
  });
}

function retries(rule: ErrorRule): boolean {
  return rule.retryable ?? (rule.class !== undefined && MEANINGS[rule.class].retryable);
}
