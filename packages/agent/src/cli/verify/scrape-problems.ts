import type { Finding } from './finding.ts';
import { downTargets } from './not-scraped.ts';
import type { Survey } from './survey.ts';

/** What is wrong with the scrape although queries may have data: services that hide under another name, processes that are missing. */
export function scrapeProblems(survey: Survey): Finding[] {
  const { exportedJobs, jobs } = survey;
  const down = downTargets(survey, jobs);
  const problems: Pick<Finding, 'reason' | 'message'>[] = [];
  if (exportedJobs.length > 0) {
    problems.push({
      reason: 'label_renamed',
      message: `services ${exportedJobs.join(', ')} are shown as ${jobs.join(', ')}: set honor_labels: true for the job that scrapes the Collector`,
    });
  }
  if (down !== undefined) problems.push({ reason: 'not_scraped', message: `cannot be scraped: ${down}` });
  return problems.map((problem) => ({
    file: 'prometheus.yml',
    where: 'scrape_configs',
    query: '',
    verdict: 'broken',
    ...problem,
  }));
}
