import { describe, expect, it } from 'vitest';
import { attention, note, ok } from '../../../../packages/agent/src/cli/doctor/report.ts';
import { reportText } from '../../../../packages/agent/src/cli/doctor/text.ts';

describe('the text of a report', () => {
  it('has a section each, and marks what needs attention', () => {
    const sections = [
      { title: 'First', findings: [ok('fine'), note('by the way', { remedy: 'read on' })] },
      { title: 'Second', findings: [attention('bad', 'it hurts', 'stop it')] },
    ];
    expect(reportText({ run: 'ran', sections, healthy: false, verdict: '1 thing' })).toBe(`ran

First
  ok    fine
  note  by the way
        → read on

Second
  FIX   bad
        it hurts
        → stop it

1 thing
`);
  });

  it('fills a line up to 120 characters', () => {
    const lineOf = (letters: number): string =>
      reportText({
        run: 'ran',
        sections: [{ title: 'T', findings: [ok(`${'x'.repeat(letters)} y`)] }],
        healthy: true,
        verdict: 'v',
      }).split('\n')[3] as string;
    expect(lineOf(110)).toHaveLength(120);
    expect(lineOf(111)).toBe(`  ok    ${'x'.repeat(111)}`);
  });

  it('breaks long lines between words, indents what follows, and leaves a long word whole', () => {
    const long = `${'word '.repeat(40)}${'x'.repeat(150)} end`;
    const text = reportText({
      run: 'ran',
      sections: [{ title: 'T', findings: [ok(long)] }],
      healthy: true,
      verdict: 'v',
    });
    const lines = text.split('\n').slice(3, -3);
    expect(lines.map((line) => line.slice(8)).join(' ')).toBe(long);
    expect(lines.filter((line) => line.length > 120)).toEqual([`        ${'x'.repeat(150)}`]);
    expect(lines.slice(1).every((line) => line.startsWith('        '))).toBe(true);
  });
});
