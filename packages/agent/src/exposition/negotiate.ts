export type ExpositionFormat = 'prometheus' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

const OPENMETRICS_VERSIONS = ['1.0.0', '0.0.1'];

/**
 * The format that a scraper wants most, by its `Accept` header: OpenMetrics where it is asked for at least as much as text, since only
 * that has exemplars; text where nothing is said, for people and their browsers.
 */
export function negotiate(accept: string | undefined): ExpositionFormat {
  let openmetrics = 0;
  let text = 0;
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = qualityOf(parameters);
    if (type === 'application/openmetrics-text' && speaks(parameters)) openmetrics = Math.max(openmetrics, quality);
    if (type === 'text/plain') text = Math.max(text, quality);
  }
  return openmetrics > 0 && openmetrics >= text ? 'openmetrics' : 'prometheus';
}

function qualityOf(parameters: readonly string[]): number {
  const quality = Number(parameterOf(parameters, 'q') ?? 1);
  return quality >= 0 && quality <= 1 ? quality : 0;
}

function speaks(parameters: readonly string[]): boolean {
  const version = parameterOf(parameters, 'version');
  return version === undefined || OPENMETRICS_VERSIONS.includes(version);
}

function parameterOf(parameters: readonly string[], name: string): string | undefined {
  const parameter = parameters.find((each) => each.startsWith(`${name}=`));
  return parameter?.slice(name.length + 1).replace(/^"(.*)"$/, '$1');
}
