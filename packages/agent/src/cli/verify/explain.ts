import type { Explanation } from './finding.ts';
import { appearsWith, hasKnownValues, isOptional, metricOf, otherSpelling } from './metric-names.ts';
import { downTargets, whyNotScraped } from './not-scraped.ts';
import { type Labels, type PrometheusApi, PrometheusError, type TimeRange } from './prometheus-api.ts';
import { type Matcher, type Selector, selectorsOf, selectorText } from './promql-selectors.ts';
import type { Survey } from './survey.ts';

/** The version whose dashboards are asked for. */
export interface ExplainerOptions {
  readonly api: PrometheusApi;
  readonly survey: Survey;
  readonly range: TimeRange;
  /** Of this package. */
  readonly version: string;
}

/** Says why a query has no data, by asking for its series one by one. What was asked once is not asked again. */
export class Explainer {
  readonly #options: ExplainerOptions;
  readonly #series = new Map<string, Promise<Labels[]>>();

  constructor(options: ExplainerOptions) {
    this.#options = options;
  }

  /** Why a query that Prometheus accepts gives nothing. */
  async emptiness(query: string): Promise<Explanation> {
    const absences = await this.absences(query);
    const worst = absences.find(({ verdict }) => verdict === 'broken') ?? absences[0];
    return worst ?? this.#standstill(query);
  }

  /** Why selectors of the query find no series; empty when all find some. */
  async absences(query: string): Promise<Explanation[]> {
    const explained: Explanation[] = [];
    for (const selector of selectorsOf(query)) {
      const found = await this.#find(selector);
      if (found.length === 0) explained.push(await this.#absence(selector));
    }
    return explained;
  }

  #find(selector: Selector): Promise<Labels[]> {
    const text = selectorText(selector);
    let found = this.#series.get(text);
    if (found === undefined) {
      // An empty matcher is refused; it matches nothing either.
      found = this.#options.api.series(text, this.#options.range).catch((error: unknown) => {
        if (error instanceof PrometheusError) return [];
        throw error;
      });
      this.#series.set(text, found);
    }
    return found;
  }

  async #absence(selector: Selector): Promise<Explanation> {
    const { survey } = this.#options;
    // Names of conventions alone are somebody else's.
    if (!survey.names.some((name) => /^crossbridge[._]/.test(name))) return whyNotScraped(survey);
    if (selector.metric !== '' && !survey.names.includes(selector.metric)) return this.#metricAbsence(selector.metric);
    for (const matcher of selector.matchers) {
      const others = selector.matchers.filter((each) => each !== matcher);
      const without = await this.#find({ ...selector, matchers: others });
      if (without.length > 0) return this.#matcherAbsence(selector.metric, matcher, without);
    }
    return {
      verdict: 'idle',
      reason: 'value_absent',
      message: `no series matches all of ${selectorText(selector)}: that has not happened`,
    };
  }

  #metricAbsence(metric: string): Explanation {
    const { survey, version } = this.#options;
    if (metric.includes(':')) return recordedAbsence(metric, survey);
    const spelled = otherSpelling(metric, survey.names);
    if (spelled !== undefined) {
      return {
        verdict: 'broken',
        reason: 'wrong_spelling',
        message: `${metric} is there as ${spelled}: take the names that the agent's own /metrics has, or in a Collector translation_strategy: UnderscoreEscapingWithSuffixes (add_metric_suffixes: true in older ones)`,
      };
    }
    const older = survey.agents.filter((each) => isOlder(each, version));
    if (older.length > 0) {
      return {
        verdict: 'broken',
        reason: 'old_version',
        message: `no ${metric}: it may not be in version ${older.join(', ')}, and these dashboards are of ${version}`,
      };
    }
    const what = appearsWith(metric);
    if (what === undefined) {
      return {
        verdict: 'broken',
        reason: 'metric_filtered',
        message: `${metric} is absent although every agent has it from its start: look for metric_relabel_configs that drop it`,
      };
    }
    return { verdict: 'idle', reason: 'metric_absent', message: `no ${metric} yet: it comes with ${what}` };
  }

  async #matcherAbsence(metric: string, matcher: Matcher, without: readonly Labels[]): Promise<Explanation> {
    const { label, operator, value } = matcher;
    const { survey } = this.#options;
    const condition = `${label}${operator}"${value}"`;
    if (without.some((labels) => `exported_${label}` in labels)) {
      return {
        verdict: 'broken',
        reason: 'label_renamed',
        message: `${metric} has exported_${label} instead of ${label}: set honor_labels: true for that job`,
      };
    }
    if (label === 'job') {
      const jobs = [...new Set(without.map(({ job = '' }) => job))].join(', ');
      return { verdict: 'broken', reason: 'job_absent', message: `no series has ${condition}; there is ${jobs}` };
    }
    const values = [...new Set(without.flatMap((labels) => labels[label] ?? []))];
    if (values.length > 0) {
      return {
        verdict: 'idle',
        reason: 'value_absent',
        message: `no ${metric} has ${condition}, only ${values.slice(0, 5).join(', ')}: that has not happened`,
      };
    }
    const known = metricOf(metric);
    if (isOptional(known, label)) {
      return {
        verdict: 'idle',
        reason: 'value_absent',
        message: `no ${metric} has ${condition}: that has not happened`,
      };
    }
    const dropped = hasKnownValues(known, label) ? ', which CrossBridge always gives it' : '';
    const older = survey.agents.filter((each) => isOlder(each, this.#options.version));
    return {
      verdict: 'broken',
      reason: older.length > 0 ? 'old_version' : 'label_absent',
      message:
        older.length > 0
          ? `${metric} has no label ${label}: it may not be in version ${older.join(', ')}, and these dashboards are of ${this.#options.version}`
          : `${metric} has no label ${label}${dropped}: look for metric_relabel_configs or a processor that drops it`,
    };
  }

  /** The series are there, and yet nothing comes of them. */
  async #standstill(query: string): Promise<Explanation> {
    const { api, range, survey } = this.#options;
    const texts = selectorsOf(query).map(selectorText);
    const window = `${Math.ceil(range.end - range.start)}s`;
    const most = await Promise.all(
      texts.map((text) => api.number(`max(count_over_time(${text}[${window}]))`, range.end)),
    );
    if (most.some((samples) => samples !== undefined && samples < 2)) {
      return { verdict: 'idle', reason: 'one_sample', message: 'scraped once only: a growth needs two samples' };
    }
    const now = await Promise.all(texts.map((text) => api.number(`count(${text})`, range.end)));
    if (texts.length > 0 && now.every((series) => series === undefined)) {
      const down = downTargets(survey, survey.jobs);
      return {
        verdict: 'broken',
        reason: 'stale',
        message: `its series have ended: ${down ?? 'no target has them any more; is the service running?'}`,
      };
    }
    return {
      verdict: 'idle',
      reason: 'no_traffic',
      message: 'its series are there and stand still: no traffic of that kind',
    };
  }
}

function recordedAbsence(metric: string, { rules }: Survey): Explanation {
  const loaded = rules?.find(({ name }) => name === metric);
  if (rules !== undefined && loaded === undefined) {
    return {
      verdict: 'broken',
      reason: 'rule_missing',
      message: `${metric} is a recording rule that is not loaded: add dashboards/rules/crossbridge.yml to rule_files`,
    };
  }
  return { verdict: 'idle', reason: 'not_evaluated', message: `the rule ${metric} has recorded nothing yet` };
}

/** Whether a version is before another: three numbers, as of npm; what has none is not. */
export function isOlder(version: string, than: string): boolean {
  const [one, other] = [version, than].map((each) => (/^\d+\.\d+\.\d+/.exec(each)?.[0] ?? '').split('.').map(Number));
  if (one?.length !== 3 || other?.length !== 3) return false;
  const index = one.findIndex((number, place) => number !== other[place]);
  return index >= 0 && (one[index] ?? 0) < (other[index] ?? 0);
}
