import type { Finding, Level, Report } from './report.ts';

const WIDTH = 120;
const MARKS: Readonly<Record<Level, string>> = { ok: 'ok', note: 'note', attention: 'FIX' };
const INDENT = 8;

/** The report for people. */
export function reportText({ run, sections, verdict }: Report): string {
  const parts = sections.map(({ title, findings }) => `${title}\n${findings.map(findingText).join('')}`);
  return [`${run}\n`, ...parts, `${verdict}\n`].join('\n');
}

function findingText({ level, what, why, remedy }: Finding): string {
  const lines = [wrapped(what, `  ${MARKS[level].padEnd(INDENT - 2)}`)];
  if (why !== undefined) lines.push(wrapped(why, ' '.repeat(INDENT)));
  if (remedy !== undefined) lines.push(wrapped(`→ ${remedy}`, ' '.repeat(INDENT)));
  return lines.map((line) => `${line}\n`).join('');
}

/** Breaks a text into lines; those after the first are indented as its text is. */
function wrapped(text: string, start: string): string {
  const lines: string[] = [];
  let line = start;
  for (const [index, word] of text.split(' ').entries()) {
    const longer = index === 0 || line.endsWith('→') ? `${line}${index === 0 ? '' : ' '}${word}` : `${line} ${word}`;
    if (longer.length > WIDTH && line.trim() !== '') {
      lines.push(line);
      line = `${' '.repeat(start.length)}${word}`;
    } else {
      line = longer;
    }
  }
  return [...lines, line].join('\n');
}
