/** A line that is not in Prometheus text format. `message` names the line, the column and what was expected. */
export class PrometheusTextError extends Error {
  /** From 1. */
  readonly line: number;

  constructor(line: number, column: number, expected: string) {
    super(`Prometheus text, line ${line}, column ${column}: expected ${expected}`);
    this.name = 'PrometheusTextError';
    this.line = line;
  }
}

const METRIC_NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL_NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const BLANKS = /[ \t\r]*/y;
const WORD = /[^ \t\r]+/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;
const ESCAPES: Readonly<Record<string, string>> = { '\\\\': '\\', '\\n': '\n', '\\"': '"' };

/** Reads one line of Prometheus text from left to right. Each reader throws a {@link PrometheusTextError} on a mismatch. */
export class Cursor {
  readonly #text: string;
  readonly #line: number;
  #position = 0;

  constructor(text: string, line: number) {
    this.#text = text;
    this.#line = line;
  }

  atEnd(): boolean {
    return this.#position >= this.#text.length;
  }

  peek(): string {
    return this.#text.charAt(this.#position);
  }

  /** Steps over `character` if it is next. */
  accept(character: string): boolean {
    if (this.peek() !== character) return false;
    this.#position += 1;
    return true;
  }

  expect(character: string): void {
    if (!this.accept(character)) throw this.error(`'${character}'`);
  }

  skipBlanks(): void {
    this.#match(BLANKS);
  }

  /** Everything up to the next blank; empty at the end of the line. */
  word(): string {
    return this.#match(WORD)?.[0] ?? '';
  }

  metricName(): string {
    return this.#demand(METRIC_NAME, 'a metric name')[0];
  }

  labelName(): string {
    return this.#demand(LABEL_NAME, 'a label name')[0];
  }

  /** A label value in double quotes, in which `\\`, `\n` and `\"` are escapes and any other backslash stands for itself. */
  quoted(): string {
    return withoutEscapes(this.#demand(QUOTED, 'a label value in double quotes')[1] ?? '', /\\[\\n"]/g);
  }

  /** The rest of a HELP line, in which `\\` and `\n` are escapes. */
  helpText(): string {
    const rest = this.#text.slice(this.#position);
    this.#position = this.#text.length;
    return withoutEscapes(rest, /\\[\\n]/g);
  }

  error(expected: string): PrometheusTextError {
    return new PrometheusTextError(this.#line, this.#position + 1, expected);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#position = pattern.lastIndex;
    return match;
  }

  #demand(pattern: RegExp, what: string): RegExpExecArray {
    const match = this.#match(pattern);
    if (match === null) throw this.error(what);
    return match;
  }
}

function withoutEscapes(text: string, pattern: RegExp): string {
  return text.replaceAll(pattern, (pair) => ESCAPES[pair] ?? pair);
}
