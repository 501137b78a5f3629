import type { Explainer } from './explain.ts';
import type { Explanation, Finding } from './finding.ts';
import { type PrometheusApi, PrometheusError, type TimeRange } from './prometheus-api.ts';
import { interpolated, type ShippedQuery } from './shipped-queries.ts';
import type { Survey } from './survey.ts';

export interface DashboardCheck {
  readonly api: PrometheusApi;
  readonly explainer: Explainer;
  readonly survey: Survey;
  readonly range: TimeRange;
  /** Regular expression of the services to look at. */
  readonly job: string;
  /** What Grafana would put in for `$__rate_interval`, in seconds. */
  readonly rateSeconds: number;
}

/** Asks every query as Grafana would, with everything chosen, and says of those without data why. */
export async function checkDashboards(queries: readonly ShippedQuery[], check: DashboardCheck): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const query of queries) findings.push(...(await checkQuery(query, check)));
  return findings;
}

async function checkQuery(shipped: ShippedQuery, check: DashboardCheck): Promise<Finding[]> {
  const { api, explainer, range, job, rateSeconds } = check;
  const query = interpolated(shipped.expression, {
    ...shipped.variables,
    job,
    __rate_interval: `${rateSeconds}s`,
    __range: `${Math.ceil(range.end - range.start)}s`,
  });
  const found = { file: `dashboards/${shipped.file}`, where: shipped.where, query };
  try {
    if ((await api.countFinite(query, range, shipped.instant)) === 0) {
      return [{ ...found, ...(await explainer.emptiness(query)) }];
    }
    const exemplars = shipped.exemplars ? await missingExemplars(query, check) : undefined;
    return [exemplars === undefined ? { ...found, verdict: 'ok' } : { ...found, ...exemplars }];
  } catch (error) {
    if (!(error instanceof PrometheusError)) throw error;
    const message = `Prometheus refuses the query: ${error.message}`;
    return [{ ...found, verdict: 'broken', reason: 'query_refused', message }];
  }
}

async function missingExemplars(
  query: string,
  { api, range, survey }: DashboardCheck,
): Promise<Explanation | undefined> {
  if (survey.exemplars === false) {
    return {
      verdict: 'broken',
      reason: 'no_exemplars',
      message: 'has data and no exemplars: start Prometheus with --enable-feature=exemplar-storage',
    };
  }
  try {
    if ((await api.countExemplars(query, range)) > 0) return undefined;
  } catch (error) {
    // Some that speak Prometheus' language have no exemplars to ask for.
    if (error instanceof PrometheusError) return undefined;
    throw error;
  }
  return {
    verdict: 'idle',
    reason: 'no_exemplars',
    message:
      'has data and no exemplars: no call of the range belongs to a trace that is sampled, or the metrics are pushed, which takes no exemplars along (spans that are pushed make exemplars of traces_span_metrics_*)',
  };
}
