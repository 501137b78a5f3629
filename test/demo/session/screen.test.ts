import { describe, expect, it } from 'vitest';
import { Screen } from '../../../demo/session/screen.ts';

class Recorder {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 10;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }
}

describe('Screen', () => {
  it('redraws in place on a terminal, over as many lines as it drew', () => {
    const output = new Recorder(true);
    const screen = new Screen(output);
    screen.draw(['a', 'b']);
    screen.draw(['c']);
    screen.draw(['d']);
    expect(output.text).toBe('a\nb\n\u001b[2A\u001b[0Jc\n\u001b[1A\u001b[0Jd\n');
  });

  it('cuts lines that would wrap', () => {
    const output = new Recorder(true);
    new Screen(output).draw(['0123456789abc']);
    expect(output.text).toBe('012345678\n');
  });

  it('takes a terminal that does not say how wide it is for one of 80 columns', () => {
    const output = { ...new Recorder(true), columns: 0, write: (text: string) => written.push(text) };
    const written: string[] = [];
    new Screen(output).draw(['x'.repeat(100)]);
    expect(written.join('')).toBe(`${'x'.repeat(79)}\n`);
  });

  it('never draws over lines that are to stay', () => {
    const output = new Recorder(true);
    const screen = new Screen(output);
    screen.draw(['a']);
    screen.print(['stays']);
    screen.draw(['b']);
    expect(output.text).toBe('a\nstays\nb\n');
  });

  it('appends plain blocks on a pipe, whole and without control characters', () => {
    const output = new Recorder(false);
    const screen = new Screen(output);
    screen.draw(['0123456789abc']);
    screen.draw(['b']);
    expect(output.text).toBe('0123456789abc\n\nb\n\n');
  });
});
