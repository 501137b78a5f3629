import { withoutCredentials } from './credentials.ts';
import { formatPath, overlaps, type Path } from './path.ts';
import type { ConfigProblem, ConfigWarning } from './problem.ts';
import type { Dialect } from './schema/dialect.ts';

/** Where problems and warnings end up, and what a rule may know of how a value was written. */
export interface Review {
  readonly dialect: Dialect;
  /** Whether the value is given, and not left empty. */
  written(path: Path): boolean;
  /** The value as it was written (never resolved placeholders), or `fallback` when it was not. */
  show(path: Path, fallback: string): string;
  /**
   * Reports a problem of the value at `path`. Nothing is reported when one of the values it rests on (`path` and
   * `restsOn`) has a problem of its own: one mistake is told once.
   */
  problem(path: Path, message: string, restsOn?: readonly Path[]): void;
  warn(path: Path, message: string, restsOn?: readonly Path[]): void;
}

/** What a report calls the place of another value: `runtime.error_rules[0]`, in code `errorRules[0]`. */
export function placeName(path: Path, { dialect }: Review): string {
  return formatPath(dialect.kind === 'yaml' ? ['runtime', ...path] : path);
}

/** What of a value is meant: its key, the value itself, or a spot inside it by its offset in the file. */
export type Part = 'key' | 'value' | number;

/** Finds the place of a value in a file. */
export type Locate = (path: Path, part: Part) => Pick<ConfigProblem, 'file' | 'line' | 'column' | 'path'>;

/** The review of one configuration, while it is read. */
export class ConfigReview implements Review {
  readonly dialect: Dialect;
  readonly problems: ConfigProblem[] = [];
  readonly warnings: ConfigWarning[] = [];
  readonly #locate: Locate;
  readonly #show: (path: Path, fallback: string) => string;
  readonly #written: (path: Path) => boolean;
  readonly #failed: Path[] = [];

  constructor(options: {
    dialect: Dialect;
    locate: Locate;
    show: (path: Path, fallback: string) => string;
    written: (path: Path) => boolean;
  }) {
    this.dialect = options.dialect;
    this.#locate = options.locate;
    this.#show = options.show;
    this.#written = options.written;
  }

  written(path: Path): boolean {
    return this.#written(path);
  }

  show(path: Path, fallback: string): string {
    return this.#show(path, fallback);
  }

  /** Reports a problem whatever else is wrong, and keeps further rules from judging the value. */
  fail(path: Path, message: string, part: Part = 'value'): void {
    this.#failed.push(path);
    this.#say(this.problems, path, message, part);
  }

  problem(path: Path, message: string, restsOn: readonly Path[] = []): void {
    if (!this.#rotten([path, ...restsOn])) this.#say(this.problems, path, message, 'value');
  }

  warn(path: Path, message: string, restsOn: readonly Path[] = [], part: Part = 'value'): void {
    if (!this.#rotten([path, ...restsOn])) this.#say(this.warnings, path, message, part);
  }

  /** Whether a value at, around or inside one of the paths has failed already. */
  #rotten(paths: readonly Path[]): boolean {
    return this.#failed.some((failed) => paths.some((path) => overlaps(failed, path)));
  }

  #say(list: ConfigProblem[], path: Path, message: string, part: Part): void {
    list.push(Object.freeze({ ...this.#locate(path, part), message: withoutCredentials(message) }));
  }
}
