/** Every query of every panel goes to the Prometheus that the reader chose at the top of the dashboard. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's syntax for a variable.
export const METRICS = { type: 'prometheus', uid: '${datasource}' } as const;

/** Every link to traces opens the Tempo that the reader chose there. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's syntax for a variable.
export const TRACES = { type: 'tempo', uid: '${traces}' } as const;

/** The lists of data sources at the top; the one of traces only where a panel links to them. */
export function datasourceVariables(linksToTraces: boolean): object[] {
  const metrics = {
    name: 'datasource',
    label: 'Metrics',
    type: 'datasource',
    query: METRICS.type,
    hide: 0,
    refresh: 1,
  };
  const traces = { name: 'traces', label: 'Traces', type: 'datasource', query: TRACES.type, hide: 0, refresh: 1 };
  return linksToTraces ? [metrics, traces] : [metrics];
}
