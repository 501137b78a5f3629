import type { Finding } from './finding.ts';
import type { Survey } from './survey.ts';

/** What was found, for people: what is wrong first in each file, each reason once with all that it empties. */
export function reportText(findings: readonly Finding[], survey: Survey, url: string): string {
  const { version, jobs, agents } = survey;
  const lines = [
    `Prometheus ${version ?? '(of unknown version)'} at ${url}`,
    `Services with series of CrossBridge: ${jobs.length === 0 ? 'none' : jobs.join(', ')}${agents.length === 0 ? '' : ` (version ${agents.join(', ')})`}`,
  ];
  const ofPanels = findings.filter(({ file }) => file.endsWith('.json'));
  if (ofPanels.length > 0 && ofPanels.every(({ reason }) => reason === 'not_scraped')) {
    // One reason for everything, which need not be said of each.
    return `${[...lines, '', `BROKEN  ${ofPanels[0]?.message ?? ''}`].join('\n')}\n\n${conclusion(findings)}\n`;
  }
  for (const [file, ofFile] of Map.groupBy(findings, (finding) => finding.file)) {
    const ok = ofFile.filter(({ verdict }) => verdict === 'ok').length;
    lines.push('', `${file}${tally(file, ok, ofFile.length)}`);
    for (const verdict of ['broken', 'idle'] as const) lines.push(...reasons(ofFile, verdict));
  }
  return `${lines.join('\n')}\n\n${conclusion(findings)}\n`;
}

function tally(file: string, ok: number, all: number): string {
  if (!file.startsWith('dashboards/')) return '';
  return `: ${ok} of ${all} ${file.endsWith('.json') ? 'queries have data' : 'rules work'}`;
}

const MARKS = { broken: 'BROKEN', idle: 'idle' } as const;

function reasons(findings: readonly Finding[], verdict: 'broken' | 'idle'): string[] {
  const chosen = findings.filter((finding) => finding.verdict === verdict);
  return [...Map.groupBy(chosen, ({ message = '' }) => message)].flatMap(([message, same]) => [
    `  ${MARKS[verdict].padEnd(6)}  ${message}`,
    ...wrapped(same.map(({ where }) => where)),
  ]);
}

const WIDTH = 120;
const INDENTATION = ' '.repeat(10);

function wrapped(items: readonly string[]): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [index, item] of items.entries()) {
    const text = index === items.length - 1 ? item : `${item}, `;
    if (line !== '' && (INDENTATION + line + text).length > WIDTH) {
      lines.push(INDENTATION + line.trimEnd());
      line = '';
    }
    line += text;
  }
  return [...lines, INDENTATION + line];
}

function conclusion(findings: readonly Finding[]): string {
  const count = (verdict: Finding['verdict']): number => findings.filter((each) => each.verdict === verdict).length;
  const [ok, idle, broken] = [count('ok'), count('idle'), count('broken')];
  const idleText = idle === 0 ? '' : `, ${idle} ${idle === 1 ? 'has' : 'have'} nothing to show yet`;
  if (broken > 0) return `${broken} of ${findings.length} are broken${idleText}.`;
  return `${ok} of ${findings.length} work${idleText}; nothing is broken.`;
}
