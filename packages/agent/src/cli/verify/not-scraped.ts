import type { Explanation } from './finding.ts';
import type { Survey } from './survey.ts';

/** Why there is no series of CrossBridge at all. */
export function whyNotScraped({ targets }: Survey): Explanation {
  const broken = (message: string): Explanation => ({ verdict: 'broken', reason: 'not_scraped', message });
  if (targets === undefined) {
    return broken('there is no series of CrossBridge, and Prometheus does not tell what it scrapes');
  }
  const down = targets.filter(({ health }) => health === 'down');
  const up = targets.filter(({ health }) => health === 'up');
  if (targets.length === 0) {
    return broken(
      'Prometheus scrapes nothing: give it a job for the /metrics of the agents, as in collector/prometheus.yml',
    );
  }
  if (down.length > 0) {
    const each = down.map(({ scrapeUrl, lastError }) => `${scrapeUrl} (${lastError})`);
    return broken(
      `there is no series of CrossBridge, and ${count(down, 'target')} cannot be scraped: ${each.join('; ')}`,
    );
  }
  if (up.length === 0) return broken('nothing has been scraped yet: ask again in a minute');
  const urls = up.map(({ scrapeUrl }) => scrapeUrl).join(', ');
  return broken(
    `none of the ${count(up, 'target')} that Prometheus scrapes has a series of CrossBridge (${urls}): the agent's are at http://127.0.0.1:9464/metrics, or what it pushes at the Collector's Prometheus exporter`,
  );
}

function count(items: readonly unknown[], noun: string): string {
  return `${items.length} ${noun}${items.length === 1 ? '' : 's'}`;
}

/** The targets that cannot be scraped, in words; undefined when every one can. */
export function downTargets({ targets = [] }: Survey, jobs: readonly string[]): string | undefined {
  const down = targets.filter(({ health, labels }) => health === 'down' && jobs.includes(labels.job ?? ''));
  return down.length === 0
    ? undefined
    : down.map(({ scrapeUrl, lastError }) => `${scrapeUrl}: ${lastError}`).join('; ');
}
