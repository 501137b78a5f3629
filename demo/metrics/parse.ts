import { Cursor } from './cursor.ts';

/** One line of the exposition: a name, labels, and a value that may be infinite or NaN. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  /** Milliseconds since 1970, when the line has one. */
  readonly timestampMs?: number;
}

/** What `# HELP` and `# TYPE` say of a metric family. */
export interface Family {
  readonly name: string;
  readonly type?: string;
  readonly help?: string;
}

export interface Exposition {
  readonly samples: readonly Sample[];
  readonly families: ReadonlyMap<string, Family>;
}

/**
 * Parses Prometheus text format 0.0.4. Exemplars and `# EOF` of OpenMetrics are understood and skipped.
 * Throws a `PrometheusTextError` that names the line.
 */
export function parsePrometheusText(text: string): Exposition {
  const samples: Sample[] = [];
  const families = new Map<string, Family>();
  for (const [index, line] of text.split('\n').entries()) {
    const cursor = new Cursor(line, index + 1);
    cursor.skipBlanks();
    if (cursor.atEnd()) continue;
    if (cursor.accept('#')) readComment(cursor, families);
    else samples.push(readSample(cursor));
  }
  return { samples, families };
}

function readComment(cursor: Cursor, families: Map<string, Family>): void {
  cursor.skipBlanks();
  const keyword = cursor.word();
  if (keyword !== 'HELP' && keyword !== 'TYPE') return;
  cursor.skipBlanks();
  const name = cursor.metricName();
  cursor.skipBlanks();
  const known = families.get(name) ?? { name };
  families.set(name, keyword === 'TYPE' ? { ...known, type: cursor.word() } : { ...known, help: cursor.helpText() });
}

function readSample(cursor: Cursor): Sample {
  const name = cursor.metricName();
  cursor.skipBlanks();
  const labels = cursor.accept('{') ? readLabels(cursor) : new Map<string, string>();
  cursor.skipBlanks();
  const value = numberOf(cursor);
  cursor.skipBlanks();
  if (cursor.atEnd() || cursor.peek() === '#') return { name, labels, value };
  const timestampMs = numberOf(cursor);
  cursor.skipBlanks();
  if (!cursor.atEnd() && cursor.peek() !== '#') throw cursor.error('the end of the line');
  return { name, labels, value, timestampMs };
}

function readLabels(cursor: Cursor): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  cursor.skipBlanks();
  while (!cursor.accept('}')) {
    const name = cursor.labelName();
    cursor.skipBlanks();
    cursor.expect('=');
    cursor.skipBlanks();
    if (labels.has(name)) throw cursor.error(`no second label '${name}'`);
    labels.set(name, cursor.quoted());
    cursor.skipBlanks();
    if (cursor.accept(',')) cursor.skipBlanks();
    else if (cursor.peek() !== '}') throw cursor.error("',' or '}'");
  }
  return labels;
}

const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['+inf', Number.POSITIVE_INFINITY],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['nan', Number.NaN],
]);

/** Reads a value as Prometheus writes it: Go's float syntax, where `+Inf` and `NaN` are words of any case. */
export function parseValue(text: string): number | null {
  const special = SPECIAL.get(text.toLowerCase());
  if (special !== undefined) return special;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}

function numberOf(cursor: Cursor): number {
  const text = cursor.word();
  const value = parseValue(text);
  if (value === null) throw cursor.error(`a number instead of '${text}'`);
  return value;
}
