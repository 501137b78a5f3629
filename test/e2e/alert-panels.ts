import { interpolate, readDashboard } from '../../dashboards/check/dashboard-file.ts';
import type { Prometheus } from '../support/prometheus.ts';

/** A panel (or an annotation) of a dashboard, and the bound that only trouble brings it beyond. */
interface Signal {
  readonly dashboard: 'overview' | 'retries' | 'limits' | 'health';
  readonly panel?: string;
  readonly annotation?: string;
  /** Beyond is above it. */
  readonly above?: number;
  /** Beyond is below it. */
  readonly below?: number;
  /** Beyond is to be empty for the second half of the time. */
  readonly empty?: true;
  /** Of the series whose labels these are. Default: whichever is furthest beyond. */
  readonly of?: Readonly<Record<string, string>>;
  /** It happens at one moment: beyond at any time counts, and not the mean. */
  readonly moment?: true;
}

/** What a look at the dashboards shows of trouble. Statuses count 0 healthy, 1 unknown, 2 degraded, 3 unhealthy; 2 is an open breaker. */
export const SIGNALS = {
  'success falls': { dashboard: 'overview', panel: 'Success ratio by operation', below: 0.8 },
  'the objective burns': { dashboard: 'overview', panel: 'Burn rate by operation', above: 14.4 },
  'calls cannot be seen': { dashboard: 'overview', panel: 'Calls by operation', empty: true },
  'attempts take long': {
    dashboard: 'overview',
    panel: 'Where the time goes',
    of: { crossbridge_phase: 'attempt' },
    above: 0.25,
  },
  'attempts fail': { dashboard: 'retries', panel: 'Failed attempts by error', above: 0.5 },
  'retries multiply': { dashboard: 'retries', panel: 'Amplification', above: 1.5 },
  'the budget refuses': { dashboard: 'retries', panel: 'Refused by the budget', above: 0.3 },
  'attempts time out': { dashboard: 'retries', panel: 'Timeouts', above: 1 },
  'the breaker opens': { dashboard: 'retries', panel: 'Openings by operation', above: 0.3 },
  'the breaker keeps load away': { dashboard: 'retries', panel: 'Load kept away', above: 0.3 },
  'openings are marked': { dashboard: 'overview', annotation: 'Circuit breaker opened', above: 0.3, moment: true },
  'slots are taken': { dashboard: 'limits', panel: 'In use', above: 0.8 },
  'the bulkhead rejects': { dashboard: 'limits', panel: 'Rejected', above: 1 },
  'the store fails': { dashboard: 'limits', panel: 'Failures of the store', above: 0.5 },
  'the store is down': { dashboard: 'limits', panel: 'Who has the store', above: 1.5 },
  'the store changes': { dashboard: 'limits', panel: 'Changes of the state of the store', above: 0.5, moment: true },
  'health is worse': { dashboard: 'health', panel: 'Each process', above: 1.2 },
  'processes are not ready': { dashboard: 'health', panel: 'Processes not ready', above: 0.5 },
  'something is in front': { dashboard: 'health', panel: 'Processes where it is not in front', above: 0.5 },
  'a reload is rejected': {
    dashboard: 'health',
    panel: 'Reloads',
    of: { crossbridge_config_reload_result: 'rejected' },
    above: 0.5,
    moment: true,
  },
  'reloads are marked': { dashboard: 'health', annotation: 'Configuration reloaded', above: 0.5, moment: true },
} as const satisfies Record<string, Signal>;

export type SignalName = keyof typeof SIGNALS;

/** Between two points of a graph: a scrape. */
const STEP_S = 0.5;

const NAMES = Object.keys(SIGNALS) as SignalName[];

/** Seconds since 1970. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** The signals that are beyond their bounds for a service in that time, each with what its panel shows. */
export async function beyond(prometheus: Prometheus, job: string, span: Span): Promise<Map<SignalName, number>> {
  const found = new Map<SignalName, number>();
  for (const name of NAMES) {
    const value = await shown(prometheus, SIGNALS[name], job, span);
    if (isBeyond(SIGNALS[name], value)) found.set(name, value ?? 0);
  }
  return found;
}

function isBeyond({ above, below, empty }: Signal, value: number | undefined): boolean {
  if (value === undefined) return empty === true;
  return (above !== undefined && value > above) || (below !== undefined && value < below);
}

/** The series that is furthest beyond, by its mean or by its furthest moment; nothing where the panel is empty. */
async function shown(prometheus: Prometheus, signal: Signal, job: string, span: Span): Promise<number | undefined> {
  const low = signal.below !== undefined;
  const start = signal.empty === true ? (span.start + span.end) / 2 : span.start;
  const furthest = (values: readonly number[]): number => (low ? Math.min(...values) : Math.max(...values));
  // What was there for a moment only has no mean to speak of.
  const enough = signal.moment === true ? 1 : (span.end - start) / STEP_S / 4;
  const values: number[] = [];
  for (const expression of expressionsOf(signal)) {
    // Four scrapes in each rate.
    const query = interpolate(expression, { ...EVERYTHING, job });
    for (const { labels, samples } of await prometheus.queryRange(query, { ...span, start, step: STEP_S })) {
      const finite = samples.map(([, value]) => value).filter(Number.isFinite);
      const own = Object.entries(signal.of ?? {}).every(([label, value]) => labels[label] === value);
      if (finite.length >= enough && own) values.push(signal.moment === true ? furthest(finite) : mean(finite));
    }
  }
  return values.length === 0 ? undefined : furthest(values);
}

const EVERYTHING = {
  __rate_interval: '2s',
  __range: '10s',
  instance: '.*',
  operation: '.*',
  objective: '0.99',
};

function expressionsOf({ dashboard, panel, annotation }: Signal): string[] {
  const { panels, annotations } = readDashboard(`${dashboard}.json`);
  const ofPanel = panels.find(({ title, type }) => title === panel && type !== 'row')?.targets ?? [];
  const found = [...ofPanel, ...annotations.list.filter(({ name }) => name === annotation)].flatMap(
    ({ expr }) => expr ?? [],
  );
  if (found.length === 0) throw new Error(`${dashboard}.json has no ${panel ?? annotation}`);
  return found;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
