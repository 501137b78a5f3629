import { type LoadedRule, type PrometheusApi, PrometheusError, type Target, type TimeRange } from './prometheus-api.ts';

/** What Prometheus has in the range, asked once. */
export interface Survey {
  /** Of Prometheus; undefined where it does not tell. */
  readonly version: string | undefined;
  /** Names of series that have to do with CrossBridge, however they are spelled, recorded ones included. */
  readonly names: readonly string[];
  /** Values of `job` of CrossBridge's own series. */
  readonly jobs: readonly string[];
  /** What such series say `job` should be, where Prometheus has put its own in front. */
  readonly exportedJobs: readonly string[];
  /** Versions of CrossBridge that series come from, where the scrape tells. */
  readonly agents: readonly string[];
  /** Undefined where Prometheus has no such list, as behind Thanos or Mimir. */
  readonly targets: readonly Target[] | undefined;
  readonly rules: readonly LoadedRule[] | undefined;
  /** Whether exemplars are stored; undefined where Prometheus does not tell. */
  readonly exemplars: boolean | undefined;
}

/** What dashboards ask for besides: names that the semantic conventions give, which others may use, too. */
const CONVENTIONAL = '{__name__=~"gen_ai[._].*"}';
/** Series of CrossBridge, recorded ones and those with dots in their names included. */
const OURS = '{__name__=~".*crossbridge[._].*"}';

/** Asks. Rejects only when the names of series cannot be had. */
export async function survey(api: PrometheusApi, range: TimeRange): Promise<Survey> {
  const names = await api.labelValues('__name__', OURS, range);
  const conventional = await api.labelValues('__name__', CONVENTIONAL, range);
  const [version, jobs, exportedJobs, agents, targets, rules, flags] = await Promise.all([
    orUndefined(api.version()),
    api.labelValues('job', OURS, range),
    api.labelValues('exported_job', OURS, range),
    api.labelValues('otel_scope_version', OURS, range),
    orUndefined(api.targets()),
    orUndefined(api.rules()),
    orUndefined(api.flags()),
  ]);
  const features = flags?.['enable-feature'];
  return {
    version,
    names: [...names, ...conventional],
    jobs,
    exportedJobs,
    agents,
    targets,
    rules,
    exemplars: features === undefined ? undefined : features.split(',').includes('exemplar-storage'),
  };
}

/** What it refuses to tell is not there to be asked. That it does not answer at all is another matter. */
async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PrometheusError) return undefined;
    throw error;
  }
}

const DURATION = /(\d+)(ms|s|m|h|d)/g;
const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a duration as Prometheus writes it, `1m30s`; undefined for other text. */
export function durationSeconds(text: string): number | undefined {
  if (!/^(?:\d+(?:ms|s|m|h|d))+$/.test(text)) return undefined;
  return [...text.matchAll(DURATION)].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (UNIT_SECONDS[unit] ?? 0),
    0,
  );
}

/** The longest interval, in seconds, in which a target is scraped; Prometheus' usual 15 where nobody says. */
export function scrapeSeconds({ targets }: Survey): number {
  const known = (targets ?? []).flatMap(({ scrapeInterval = '' }) => durationSeconds(scrapeInterval) ?? []);
  return known.length === 0 ? 15 : Math.max(...known);
}
