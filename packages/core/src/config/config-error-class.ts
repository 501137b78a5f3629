import { CrossbridgeError } from '../errors.ts';
import { withoutCredentials } from './credentials.ts';
import { type ConfigProblem, formatProblem, inFileOrder } from './problem.ts';

const MOST_REPORTED = 20;
const WIDTH = 100;

export interface ConfigErrorOptions {
  /** The text of the file, to show the lines in question. Leave it out when those lines may be someone else's. */
  readonly text?: string | undefined;
  readonly cause?: unknown;
}

/** The configuration cannot be used. Nothing was started; `problems` holds everything that is wrong with it. */
export class ConfigError extends CrossbridgeError {
  /** At least one, in the order of the file. */
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[], options: ConfigErrorOptions = {}) {
    const ordered = Object.freeze(inFileOrder(problems));
    super('invalid_config', report(ordered, options.text), options.cause === undefined ? {} : { cause: options.cause });
    this.problems = ordered;
  }
}

function report(problems: readonly ConfigProblem[], text: string | undefined): string {
  const subject = problems[0]?.file ?? 'The configuration';
  const lines = text?.split('\n') ?? [];
  const shown = problems.slice(0, MOST_REPORTED).flatMap((problem) => {
    const source = problem.line === undefined ? undefined : lines[problem.line - 1];
    return [`  ${formatProblem(problem)}`, ...(source === undefined ? [] : excerpt(source, problem))];
  });
  const rest = problems.length - MOST_REPORTED;
  const more = rest > 0 ? [`  … and ${rest} more`] : [];
  const title = `${subject} has ${problems.length} problem${problems.length === 1 ? '' : 's'}:`;
  return [title, ...shown, ...more].join('\n');
}

function excerpt(source: string, problem: ConfigProblem): string[] {
  const column = Math.max((problem.column ?? 1) - 1, 0);
  const from = column < WIDTH ? 0 : column - WIDTH / 2;
  const visible = withoutCredentials(source)
    .replace(/[\t\r]/g, ' ')
    .slice(from, from + WIDTH)
    .trimEnd();
  if (visible === '') return [];
  const number = String(problem.line);
  return [`    ${number} | ${visible}`, `    ${' '.repeat(number.length)} | ${' '.repeat(column - from)}^`];
}
