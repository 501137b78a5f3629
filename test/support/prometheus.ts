import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverPath } from './servers.ts';
import { freePorts, startProcess, temporaryDirectory, waitFor } from './servers-process.ts';

type Labels = Readonly<Record<string, string>>;

/** One series of an answer; an instant query gives one sample. Samples are `[seconds since 1970, value]`. */
export interface Series {
  readonly labels: Labels;
  readonly samples: readonly (readonly [number, number])[];
}

interface ScrapeTarget {
  readonly job: string;
  readonly health: 'up' | 'down' | 'unknown';
  /** Empty when the last scrape was read completely. */
  readonly lastError: string;
  readonly url: string;
}

/** Seconds since 1970, and seconds. */
interface RangeQuery {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

export interface Prometheus {
  readonly url: string;
  /** Evaluates now. An expression that Prometheus refuses rejects with Prometheus' own words. */
  query(expression: string): Promise<Series[]>;
  queryRange(expression: string, range: RangeQuery): Promise<Series[]>;
  /** Samples that Prometheus reads to answer, all steps together. */
  queryCost(expression: string, range: RangeQuery): Promise<number>;
  /** Exemplars of the series in `expression`, as `{ labels, value }`. */
  queryExemplars(expression: string, range: Omit<RangeQuery, 'step'>): Promise<{ labels: Labels; value: number }[]>;
  targets(): Promise<ScrapeTarget[]>;
  /** Type, help and unit by metric family, as scraped. */
  metadata(): Promise<Record<string, readonly { type: string; help: string; unit: string }[]>>;
  log(): string;
  stop(): Promise<void>;
}

export interface PrometheusOptions {
  /** `host:port` of each target, by job. */
  readonly targets: Readonly<Record<string, readonly string[]>>;
  /** Default `1s`. */
  readonly scrapeInterval?: string;
  /** Keeps the `job` and `instance` that targets give themselves. Default false. */
  readonly honorLabels?: boolean;
  /** Text of a rule file. Default: no rules. */
  readonly rules?: string;
  /** `host:port` of an Alertmanager. Default: alerts are told to nobody. */
  readonly alertmanager?: string;
}

interface ApiSeries {
  readonly metric: Labels;
  readonly value?: [number, string];
  readonly values?: [number, string][];
}

/** Starts a real Prometheus on a free loopback port, with its data in a temporary directory, and waits until it is ready. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const { targets, scrapeInterval = '1s', honorLabels = false } = options;
  const directory = temporaryDirectory('prometheus');
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const config = join(directory.path, 'prometheus.yml');
  const rules = join(directory.path, 'rules.yml');
  if (options.rules !== undefined) writeFileSync(rules, options.rules);
  writeFileSync(
    config,
    // JSON is YAML.
    JSON.stringify({
      global: { scrape_interval: scrapeInterval, scrape_timeout: scrapeInterval, evaluation_interval: scrapeInterval },
      scrape_configs: Object.entries(targets).map(([job, hosts]) => ({
        job_name: job,
        honor_labels: honorLabels,
        static_configs: [{ targets: hosts }],
      })),
      ...(options.rules === undefined ? {} : { rule_files: [rules] }),
      ...(options.alertmanager === undefined
        ? {}
        : { alerting: { alertmanagers: [{ static_configs: [{ targets: [options.alertmanager] }] }] } }),
    }),
  );
  const server = startProcess(serverPath('prometheus'), [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory.path, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--enable-feature=exemplar-storage',
    // A rule that is as fast as a test must be told as fast: the default repeats after a minute.
    ...(options.alertmanager === undefined ? [] : ['--rules.alert.resend-delay=1s']),
  ]);
  const stop = async (): Promise<void> => {
    await server.stop();
    directory.remove();
  };
  try {
    await waitFor(async () => ((await fetch(`${url}/-/ready`)).ok ? true : undefined), {
      what: 'Prometheus to be ready',
      crashed: server.crashed,
      log: server.log,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, ...api(url), log: server.log, stop };
}

function api(
  url: string,
): Pick<Prometheus, 'query' | 'queryRange' | 'queryCost' | 'queryExemplars' | 'targets' | 'metadata'> {
  async function get(path: string, parameters: Record<string, string> = {}): Promise<unknown> {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const body = (await response.json()) as { status: string; error?: string; data: unknown };
    if (body.status !== 'success') {
      const what = parameters.query === undefined ? path : `${path} of ${parameters.query}`;
      throw new Error(`Prometheus refused ${what}: ${body.error}`);
    }
    return body.data;
  }
  const bounds = (range: { start: number; end: number }) => ({ start: `${range.start}`, end: `${range.end}` });
  return {
    async query(expression) {
      return toSeries(await get('query', { query: expression }));
    },
    async queryRange(expression, range) {
      return toSeries(await get('query_range', { query: expression, ...bounds(range), step: `${range.step}` }));
    },
    async queryCost(expression, range) {
      const parameters = { query: expression, ...bounds(range), step: `${range.step}`, stats: 'all' };
      const { stats } = (await get('query_range', parameters)) as {
        stats: { samples: { totalQueryableSamples: number } };
      };
      return stats.samples.totalQueryableSamples;
    },
    async queryExemplars(expression, range) {
      const data = (await get('query_exemplars', { query: expression, ...bounds(range) })) as {
        exemplars: { labels: Labels; value: string }[];
      }[];
      return data.flatMap(({ exemplars }) => exemplars.map(({ labels, value }) => ({ labels, value: Number(value) })));
    },
    async targets() {
      const data = (await get('targets')) as {
        activeTargets: { labels: Labels; health: ScrapeTarget['health']; lastError: string; scrapeUrl: string }[];
      };
      return data.activeTargets.map(({ labels, health, lastError, scrapeUrl }) => ({
        job: labels.job ?? '',
        health,
        lastError,
        url: scrapeUrl,
      }));
    },
    async metadata() {
      return (await get('metadata')) as Record<string, { type: string; help: string; unit: string }[]>;
    },
  };
}

function toSeries(data: unknown): Series[] {
  const { resultType, result } = data as { resultType: string; result: unknown };
  if (resultType === 'scalar') {
    const [time, value] = result as [number, string];
    return [{ labels: {}, samples: [[time, Number(value)]] }];
  }
  return (result as ApiSeries[]).map(({ metric, value, values }) => ({
    labels: metric,
    samples: (values ?? (value === undefined ? [] : [value])).map(([time, text]) => [time, toNumber(text)] as const),
  }));
}

/** Prometheus writes infinities as `+Inf` and `-Inf`. */
function toNumber(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}
