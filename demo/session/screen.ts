const UP_AND_CLEAR = (lines: number): string => `\u001b[${lines}A\u001b[0J`;

/** Of a terminal that does not say how wide it is; some say 0. */
const USUAL_COLUMNS = 80;

/** What the screen needs of an output: `process.stdout`, or a pipe. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Shows a view that changes: on a terminal redrawn in place, on a pipe appended as a block of its own. */
export class Screen {
  readonly #output: Output;
  #drawn = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Whether views replace each other, so that many of them do no harm. */
  get isLive(): boolean {
    return this.#output.isTTY === true;
  }

  /** Shows the view in place of the last one. */
  draw(lines: readonly string[]): void {
    if (!this.isLive) {
      this.print([...lines, '']);
      return;
    }
    // A line that wraps would take two rows, and the next redraw would then miss one.
    const width = (this.#output.columns || USUAL_COLUMNS) - 1;
    const text = lines.map((line) => `${line.slice(0, width)}\n`).join('');
    this.#output.write(`${this.#drawn === 0 ? '' : UP_AND_CLEAR(this.#drawn)}${text}`);
    this.#drawn = lines.length;
  }

  /** Writes lines that stay, below the last view. */
  print(lines: readonly string[]): void {
    this.#drawn = 0;
    this.#output.write(`${lines.join('\n')}\n`);
  }
}
