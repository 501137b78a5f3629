export interface PrometheusConfig {
  readonly scrapeSeconds: number;
  /** Path of the rules. */
  readonly rules: string;
  /** Each `host:port`. */
  readonly alertmanager: string;
  /** Where the Collector shows the metrics of services, and its own. */
  readonly services: string;
  readonly collector: string;
  /** Of agents that are scraped themselves. */
  readonly targets: readonly string[];
}

/** The configuration of a Prometheus that scrapes the Collector and agents. JSON, which is YAML. */
export function prometheusConfig(options: PrometheusConfig): string {
  const { scrapeSeconds, rules, alertmanager, services, collector, targets } = options;
  const interval = `${scrapeSeconds}s`;
  const job = (name: string, hosts: readonly string[], extra: object = {}): object => ({
    job_name: name,
    ...extra,
    static_configs: [{ targets: hosts }],
  });
  const config = {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: [rules],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
    scrape_configs: [
      // The Collector names job and instance after the service that sent them.
      job('crossbridge-collector', [services], { honor_labels: true }),
      job('otelcol', [collector]),
      ...(targets.length === 0 ? [] : [job('crossbridge', targets)]),
    ],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
