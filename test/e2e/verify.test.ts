import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { rulesText } from '../../dashboards/src/rules/generate.ts';
import { DEFAULT_SETTINGS } from '../../dashboards/src/rules/settings.ts';
import { runCli } from '../../packages/agent/src/cli/run.ts';
import type { Finding, Reason } from '../../packages/agent/src/cli/verify/finding.ts';
import { terminal } from '../agent/cli/terminal.ts';
import { startMetricsServer } from '../support/catalogue-metrics.ts';
import { type Prometheus, type PrometheusOptions, startPrometheus } from '../support/prometheus.ts';
import { describeWithServers } from '../support/servers.ts';
import { freePorts, waitFor } from '../support/servers-process.ts';

const RULES = readFileSync(fileURLToPath(new URL('../../dashboards/rules/crossbridge.yml', import.meta.url)), 'utf8');

interface Verified {
  readonly code: number;
  readonly findings: readonly Finding[];
  readonly text: string;
}

async function verify(url: string, ...more: string[]): Promise<Verified> {
  const args = ['verify', '--prometheus', url, '--range', '1m', ...more];
  const [json, text] = [terminal(), terminal()];
  const code = await runCli([...args, '--json'], json);
  await runCli(args, text);
  return { code, findings: JSON.parse(json.stdout()) as Finding[], text: text.stdout() };
}

function reasons(findings: readonly Finding[]): Set<Reason | undefined> {
  return new Set(findings.map(({ reason }) => reason));
}

function messages(findings: readonly Finding[], reason: Reason): string {
  return [...new Set(findings.filter((each) => each.reason === reason).map(({ message }) => message))].join('\n');
}

describeWithServers(['prometheus'], 'crossbridge verify', () => {
  const cleanups: (() => Promise<void>)[] = [];

  afterAll(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });

  /** A Prometheus that has scraped an agent ten times, whose text `change` has changed on the way. */
  async function scraping(
    change?: (text: string) => string,
    options: Partial<PrometheusOptions> = {},
  ): Promise<{ url: string; fail(): void; prometheus: Prometheus }> {
    const server = await startMetricsServer(change);
    cleanups.push(async () => server[Symbol.asyncDispose]());
    const prometheus = await startPrometheus({
      targets: { shop: [server.target] },
      scrapeInterval: '500ms',
      rules: RULES,
      ...options,
    });
    cleanups.push(() => prometheus.stop());
    await waitFor(
      async () => {
        const [scrapes] = await prometheus.query('max(count_over_time(up[1m]))');
        return (scrapes?.samples[0]?.[1] ?? 0) >= 10 ? true : undefined;
      },
      { what: 'ten scrapes', timeoutMs: 60_000, log: prometheus.log },
    );
    return { url: prometheus.url, fail: () => server.fail(), prometheus };
  }

  test.concurrent('finds data for every query and every rule in order where everything happens', async () => {
    const { url } = await scraping();
    const { code, findings, text } = await verify(url);
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
    expect(findings.filter(({ file }) => file.endsWith('.json')).length).toBeGreaterThan(100);
    expect(findings.filter(({ file }) => file.endsWith('.yml')).length).toBeGreaterThan(40);
    expect(text).toContain('nothing is broken.');
    expect(code).toBe(0);
    expect((await verify(url, '--strict')).code).toBe(0);
  });

  test.concurrent('takes what has nothing to show for no fault, unless one asks', async () => {
    const { url } = await scraping((text) =>
      eachSample(text, (name, labels) => (name.startsWith('crossbridge_rate_limit_store_') ? undefined : labels)),
    );
    const { code, findings } = await verify(url);
    expect(messages(findings, 'metric_absent')).toContain('it comes with rate limits that are shared by a store');
    expect(code).toBe(0);
    expect((await verify(url, '--strict')).code).toBe(1);
  });

  test.concurrent('tells names without suffixes, as an exporter of the SDK gives them', async () => {
    const { url } = await scraping((text) => text.replaceAll('_duration_seconds', '_duration'));
    const { code, findings } = await verify(url);
    expect(messages(findings, 'wrong_spelling')).toContain(
      'crossbridge_call_duration_seconds_count is there as crossbridge_call_duration_count',
    );
    expect(code).toBe(1);
  });

  test.concurrent('tells a label that is dropped on the way from one that has other values', async () => {
    const { url } = await scraping((text) =>
      eachSample(text, (name, labels) => {
        if (name.startsWith('crossbridge_attempt_') || labels.includes('crossbridge_mode="shadow"')) return undefined;
        return labels.filter((label) => !label.startsWith('crossbridge_outcome='));
      }),
    );
    const { findings } = await verify(url);
    expect(messages(findings, 'label_absent')).toContain(
      'crossbridge_call_duration_seconds_count has no label crossbridge_outcome, which CrossBridge always gives it',
    );
    expect(messages(findings, 'value_absent')).toContain('has crossbridge_mode="shadow", only enforce');
    expect(messages(findings, 'metric_absent')).toContain('it comes with the first call of an operation');
  });

  test.concurrent('tells an agent that is too old for a dashboard, where the scrape has its version', async () => {
    const { url } = await scraping((text) =>
      eachSample(text, (name, labels) =>
        name.startsWith('crossbridge_hedge_') ? undefined : [...labels, 'otel_scope_version="0.0.9"'],
      ),
    );
    const { findings } = await verify(url);
    expect(messages(findings, 'old_version')).toContain(
      'no crossbridge_hedge_decisions_total: it may not be in version 0.0.9, and these dashboards are of 0.1.0',
    );
  });

  test.concurrent('tells what every agent has and somebody drops', async () => {
    const { url } = await scraping((text) =>
      eachSample(text, (name, labels) => (name.startsWith('crossbridge_config_reloads_') ? undefined : labels)),
    );
    expect(messages((await verify(url)).findings, 'metric_filtered')).toContain(
      'crossbridge_config_reloads_total is absent',
    );
  });

  test.concurrent('tells a Prometheus that puts its own job over that of the Collector', async () => {
    const { url } = await scraping((text) => eachSample(text, (_, labels) => [...labels, 'job="cart"']));
    const { code, findings, text } = await verify(url);
    const broken = 'services cart are shown as shop: set honor_labels: true for the job that scrapes the Collector';
    expect(messages(findings, 'label_renamed')).toBe(broken);
    expect(text).toContain(broken);
    expect(code).toBe(1);
    expect(messages((await verify(url, '--job', 'cart')).findings, 'label_renamed')).toContain(
      'has exported_job instead of job',
    );
    expect(messages((await verify(url, '--job', 'other')).findings, 'label_renamed')).toContain('exported_job');
  });

  test.concurrent('tells a service that is not there from those that are', async () => {
    const { url } = await scraping();
    expect(messages((await verify(url, '--job', 'other')).findings, 'job_absent')).toBe(
      'no series has job=~"other"; there is shop',
    );
  });

  test.concurrent('tells a service that has gone', async () => {
    const { url, fail, prometheus } = await scraping();
    fail();
    await waitFor(async () => ((await prometheus.query('crossbridge_call_active')).length === 0 ? true : undefined), {
      what: 'the end of the series',
    });
    const { code, findings } = await verify(url);
    expect(messages(findings, 'not_scraped')).toMatch(
      /^cannot be scraped: http:.*\/metrics: server returned HTTP status 503/,
    );
    expect(code).toBe(1);
  });

  test.concurrent('tells rules that are not loaded, and those of another version', async () => {
    const changed = RULES.replace('ratio_rate5m > 0.144', 'ratio_rate30m > 0.144').replace(
      / {6}- alert: CrossBridgeWatchdog[\s\S]*?(?=\n {6}- |\n {2}- name|$)/,
      '',
    );
    const { url } = await scraping(undefined, { rules: changed });
    const { code, findings } = await verify(url);
    expect(findings.filter(({ verdict }) => verdict === 'broken').map(({ where, reason }) => [where, reason])).toEqual([
      ['alert CrossBridgeCallSuccessBurn', 'rule_differs'],
      ['alert CrossBridgeWatchdog', 'rule_missing'],
    ]);
    expect(code).toBe(1);
  });

  test.concurrent('takes rules that are made for another objective, with other thresholds, for ours', async () => {
    const rules = rulesText({ ...DEFAULT_SETTINGS, objective: 0.999, grafanaUrl: 'https://grafana.internal' });
    const { url } = await scraping(undefined, {
      rules: rules.replace('crossbridge_calls:rate1h >= 0.05', 'crossbridge_calls:rate1h >= 2'),
    });
    const { code, findings } = await verify(url);
    expect(messages(findings, 'rule_differs')).toBe('');
    expect(code).toBe(0);
  });

  test.concurrent('tells a Prometheus that scrapes nothing, one that scrapes something else, and one whose target is down', async () => {
    const nothing = await startPrometheus({ targets: {} });
    cleanups.push(() => nothing.stop());
    const empty = await verify(nothing.url);
    expect(reasons(empty.findings.filter(({ file }) => file.endsWith('.json')))).toEqual(new Set(['not_scraped']));
    expect(messages(empty.findings, 'not_scraped')).toContain('Prometheus scrapes nothing');
    const [port] = await freePorts(1);
    const away = await startPrometheus({ targets: { shop: [`127.0.0.1:${port}`], other: [] } });
    cleanups.push(() => away.stop());
    await waitFor(async () => ((await away.targets())[0]?.health === 'down' ? true : undefined), { what: 'a scrape' });
    const { findings, text } = await verify(away.url);

    expect(messages(findings, 'not_scraped')).toContain(`http://127.0.0.1:${port}/metrics (`);
    expect(text).toContain('connection refused');
    const { url } = await scraping(() => '# TYPE other counter\nother_total 1\n# EOF\n');
    expect(messages((await verify(url)).findings, 'not_scraped')).toContain('has a series of CrossBridge');
  });

  test.concurrent('says that Prometheus does not answer', async () => {
    const [port] = await freePorts(1);
    const screen = terminal();
    expect(await runCli(['verify', '--prometheus', `http://127.0.0.1:${port}`], screen)).toBe(1);
    expect(screen.stderr()).toContain('ECONNREFUSED');
  });
});

/** Changes the labels of each sample, or leaves it out. What has become the same is told once, as Prometheus would. */
function eachSample(
  text: string,
  change: (name: string, labels: readonly string[]) => readonly string[] | undefined,
): string {
  const told = new Set<string>();
  const lines = text.split('\n').filter((line) => line !== '' && line !== '# EOF');
  const changed = lines.flatMap((line) => {
    const [, name = '', labels = '', rest = ''] = /^(\w+)\{([^}]*)\} (.*)$/.exec(line) ?? [];
    if (name === '') return [line];
    const kept = change(name, labels === '' ? [] : labels.split(','));
    if (kept === undefined) return [];
    const series = `${name}{${kept.join()}}`;
    if (told.has(series)) return [];
    told.add(series);
    return [`${series} ${rest}`];
  });
  return `${changed.join('\n')}\n# EOF\n`;
}
