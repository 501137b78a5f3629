import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Command, EXIT, type Terminal, UsageError } from '../command.ts';
import { shippedFiles } from '../shipped-files.ts';
import { checkDashboards } from './check-dashboards.ts';
import { checkRules } from './check-rules.ts';
import { Explainer } from './explain.ts';
import type { Finding } from './finding.ts';
import { PrometheusApi, PrometheusError, type TimeRange } from './prometheus-api.ts';
import { reportText } from './report.ts';
import { scrapeProblems } from './scrape-problems.ts';
import { shippedQueries } from './shipped-queries.ts';
import { shippedRules } from './shipped-rules.ts';
import { durationSeconds, type Survey, scrapeSeconds, survey } from './survey.ts';

/** Points of a graph, as of a panel that is not very wide. */
const POINTS = 120;

/** `crossbridge verify`: asks a Prometheus every query of every dashboard and every rule. */
export const verify: Command = {
  help: `Usage: crossbridge verify [--prometheus URL] [options]

Asks Prometheus every query of CrossBridge's dashboards and every rule of its alerts, and says of each that has no data why: the
metric or a label is absent, its name has other suffixes, nothing is scraped, the rules are not loaded or of another version, or
just nothing of the kind has happened.

  --prometheus URL  what /api/v1 is below; default: http://127.0.0.1:9090
  --range DURATION  how far to look back, such as 30m, 6h or 2d; default: 1h
  --job REGEX       the services to look at, by their label job; default: all
  --header 'N: V'   an HTTP header for Prometheus, such as 'Authorization: Bearer …'; may be repeated
  --strict          what has no data fails, too, for whatever reason
  --json            print the findings as JSON

Exit code 0: nothing is broken; 1: something is, or Prometheus does not answer.
`,
  async run(args, terminal) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        prometheus: { type: 'string', default: 'http://127.0.0.1:9090' },
        range: { type: 'string', default: '1h' },
        job: { type: 'string', default: '.*' },
        header: { type: 'string', multiple: true, default: [] },
        strict: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const seconds = durationSeconds(values.range);
    if (seconds === undefined || seconds < 60) {
      throw new UsageError(`--range must be a duration of a minute or more, such as 30m or 6h, got '${values.range}'`);
    }
    const url = addressOf(values.prometheus);
    const api = new PrometheusApi(url, headersOf(values.header));
    const end = Date.now() / 1000;
    const range = { start: end - seconds, end, step: Math.max(1, Math.round(seconds / POINTS)) };
    try {
      const known = await survey(api, range);
      const findings = await check(api, known, range, values.job);
      terminal.out(values.json ? `${JSON.stringify(findings, null, 2)}\n` : reportText(findings, known, url));
      const fails = ({ verdict }: Finding): boolean => verdict === 'broken' || (values.strict && verdict === 'idle');
      return findings.some(fails) ? EXIT.failed : EXIT.ok;
    } catch (error) {
      return unreachable(error, url, terminal);
    }
  },
};

async function check(api: PrometheusApi, known: Survey, range: TimeRange, job: string): Promise<Finding[]> {
  const files = shippedFiles();
  const explainer = new Explainer({ api, survey: known, range, version: ownVersion() });
  const scrape = scrapeSeconds(known);
  // As Grafana works it out.
  const rateSeconds = Math.ceil(Math.max(range.step + scrape, 4 * scrape));
  const queries = shippedQueries(join(files, 'dashboards'));
  const rules = shippedRules(join(files, 'dashboards', 'rules', 'crossbridge.yml'));
  return [
    ...scrapeProblems(known),
    ...(await checkDashboards(queries, { api, explainer, survey: known, range, job, rateSeconds })),
    ...(await checkRules(rules, { api, explainer, survey: known, range })),
  ];
}

function addressOf(text: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? '')) {
    throw new UsageError(`--prometheus must be an address such as http://127.0.0.1:9090, got '${text}'`);
  }
  return text;
}

function headersOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, value] = /^([\w-]+): *(.+)$/.exec(text) ?? [];
      // The value may be a secret: it is not repeated.
      if (name === undefined || value === undefined) throw new UsageError("--header must be a 'Name: value'");
      return [name, value];
    }),
  );
}

function ownVersion(): string {
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** No answer is a result; anything else is a mistake of ours. */
function unreachable(error: unknown, url: string, terminal: Terminal): number {
  const isFetch = error instanceof TypeError && error.message === 'fetch failed';
  const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
  if (!isFetch && !isTimeout && !(error instanceof PrometheusError)) throw error;
  const why = isFetch && error.cause instanceof Error ? error.cause.message || String(error.cause) : error.message;
  terminal.err(`crossbridge: cannot ask Prometheus at ${url}: ${why}. Is --prometheus what /api/v1 is below?\n`);
  return EXIT.failed;
}
