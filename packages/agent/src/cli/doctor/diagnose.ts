import { formatDuration } from '@crossbridge/core/config';
import { configFindings } from './findings/config.ts';
import { exporterFindings } from './findings/exporters.ts';
import { patchFindings } from './findings/patches.ts';
import { programFindings } from './findings/program.ts';
import { queueFindings } from './findings/queues.ts';
import { retryFindings } from './findings/retries.ts';
import { startedFindings } from './findings/started.ts';
import { telemetryFindings } from './findings/telemetry.ts';
import { trafficFindings } from './findings/traffic.ts';
import { type Overview, overviewOf } from './overview.ts';
import type { Report, Section } from './report.ts';
import type { ProgramRun } from './run-program.ts';

/** Judges what was seen in a run. */
export async function diagnose(run: ProgramRun): Promise<Report> {
  const overview = overviewOf(run);
  const all: Section[] = [
    { title: 'Node.js and the flag', findings: programFindings(overview) },
    { title: 'Config', findings: configFindings(overview) },
    { title: 'Patches', findings: patchFindings(overview) },
    { title: 'Retries', findings: retryFindings(overview) },
    { title: 'Pools and queues', findings: queueFindings(overview) },
    { title: 'Calls while it ran', findings: trafficFindings(overview) },
    { title: 'Telemetry', findings: [...telemetryFindings(overview), ...(await exporterFindings(overview))] },
    { title: 'Threads and processes', findings: startedFindings(overview) },
  ];
  const sections = all.filter(({ findings }) => findings.length > 0);
  const bad = sections.flatMap(({ findings }) => findings).filter(({ level }) => level === 'attention').length;
  return { run: runText(run, overview), sections, healthy: bad === 0, verdict: verdict(bad) };
}

function runText({ program, args, stopped, ranMs }: ProgramRun, { main }: Overview): string {
  const how = stopped ? `was told to end after ${seconds(ranMs)}` : `ended after ${seconds(ranMs)}`;
  const where = main === undefined ? '' : `, Node.js ${main.node}`;
  return `crossbridge doctor: ${[program, ...args].join(' ')} (${how}${where})`;
}

function seconds(ms: number): string {
  return formatDuration(Math.round(ms / 100) * 100);
}

function verdict(bad: number): string {
  if (bad === 0) return 'All is well, as far as it was used while it ran.';
  return bad === 1 ? '1 thing needs attention.' : `${bad} things need attention.`;
}
