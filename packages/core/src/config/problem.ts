/** One thing that is wrong in a configuration. */
export interface ConfigProblem {
  /** The file as it was named; undefined when the configuration was given as code. */
  readonly file: string | undefined;
  /** From 1; undefined when the problem has no place in a file. */
  readonly line: number | undefined;
  /** From 1. */
  readonly column: number | undefined;
  /** `runtime.operations.search.retry`; empty when the problem is the file itself. */
  readonly path: string;
  /** What was found, what was expected, what to do. Never the value of an environment variable. */
  readonly message: string;
}

/** Something that works, but hardly as meant. Same fields as a problem. */
export type ConfigWarning = ConfigProblem;

/** `crossbridge.yml:12:7  runtime.retry.default_policy: …` */
export function formatProblem(problem: ConfigProblem): string {
  const { file, line, column, path, message } = problem;
  const place = file === undefined ? '' : line === undefined ? file : `${file}:${line}:${column}`;
  return [place, place === '' || path === '' ? '' : '  ', path, place + path === '' ? '' : ': ', message].join('');
}

/** In the order of the file; what has no place comes first. */
export function inFileOrder<T extends ConfigProblem>(problems: readonly T[]): T[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
