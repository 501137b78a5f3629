/** What Grafana would put in the place of its variables and of those of the dashboards, with several values chosen. */
export const SAMPLE_VALUES: Readonly<Record<string, string>> = {
  __rate_interval: '1m',
  __range: '1h',
  job: 'api|worker',
  instance: '10\\\\.0\\\\.0\\\\.1:9464|10\\\\.0\\\\.0\\\\.2:9464',
  operation: 'search|db\\\\.query',
  objective: '0.99',
};
