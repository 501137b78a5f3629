import type { Explainer } from './explain.ts';
import type { Explanation, Finding } from './finding.ts';
import { type LoadedRule, type PrometheusApi, PrometheusError, type TimeRange } from './prometheus-api.ts';
import type { ShippedRule } from './shipped-rules.ts';
import type { Survey } from './survey.ts';

export interface RuleCheck {
  readonly api: PrometheusApi;
  readonly explainer: Explainer;
  readonly survey: Survey;
  readonly range: TimeRange;
}

const FILE = 'dashboards/rules/crossbridge.yml';

/** Says of every rule whether it is loaded as it is shipped, whether it works, and whether the series that it reads are there. */
export async function checkRules(rules: readonly ShippedRule[], check: RuleCheck): Promise<Finding[]> {
  const findings: Finding[] = [];
  const loaded = new Map<string, string>();
  for (const rule of rules) {
    const found = { file: FILE, where: `${rule.kind} ${rule.name}`, query: rule.expression };
    const explanation = await explain(rule, check, loaded);
    findings.push(explanation === undefined ? { ...found, verdict: 'ok' } : { ...found, ...explanation });
  }
  return findings;
}

async function explain(
  rule: ShippedRule,
  check: RuleCheck,
  formatted: Map<string, string>,
): Promise<Explanation | undefined> {
  const { api, range, survey, explainer } = check;
  try {
    await api.countFinite(rule.expression, range, true);
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    return { verdict: 'broken', reason: 'query_refused', message: `Prometheus refuses it: ${error.message}` };
  }
  if (survey.rules !== undefined) {
    const named = survey.rules.filter(({ name }) => name === rule.name);
    const wrong = await loadingProblem(rule, named, api, formatted);
    if (wrong !== undefined) return wrong;
  }
  // An alert that has nothing to say is as it should be, unless it could never say anything.
  return (await explainer.absences(rule.expression)).find(({ verdict }) => verdict === 'broken');
}

async function loadingProblem(
  rule: ShippedRule,
  named: readonly LoadedRule[],
  api: PrometheusApi,
  formatted: Map<string, string>,
): Promise<Explanation | undefined> {
  const broken = (reason: Explanation['reason'], message: string): Explanation => ({
    verdict: 'broken',
    reason,
    message,
  });
  if (named.length === 0) return broken('rule_missing', `is not loaded: add ${FILE} to rule_files of Prometheus`);
  const wanted = withoutThresholds(await canonical(rule.expression, api, formatted));
  let same: LoadedRule | undefined;
  for (const each of named) {
    if (withoutThresholds(await canonical(each.query, api, formatted)) === wanted) same = each;
  }
  if (same === undefined) {
    return broken(
      'rule_differs',
      `is loaded with another expression: the rules are of another version, or changed by hand`,
    );
  }
  if (same.health === 'err') return broken('rule_failing', `fails: ${same.lastError ?? 'Prometheus does not say why'}`);
  if (same.health === 'unknown') {
    return { verdict: 'idle', reason: 'not_evaluated', message: 'is loaded and has not been evaluated yet' };
  }
  return undefined;
}

/** What a query asks, whatever it is compared with: the objective, and what is too much, are the installation's own. */
function withoutThresholds(query: string): string {
  return query.replace(/(?<=[<>]=?)\d+(?:\.\d+)?(?:e[+-]?\d+)?/g, '…');
}

/** The same text for queries that mean the same to Prometheus' parser, where it can be asked for that. */
async function canonical(expression: string, api: PrometheusApi, known: Map<string, string>): Promise<string> {
  let text = known.get(expression);
  if (text === undefined) {
    const formatted = await api.formatted(expression).catch((error: unknown) => {
      if (error instanceof PrometheusError) return expression;
      throw error;
    });
    text = formatted.replace(/\s+/g, '');
    known.set(expression, text);
  }
  return text;
}
