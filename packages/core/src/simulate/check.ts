import { nearest } from '../config/nearest.ts';

export interface Range {
  readonly min?: number;
  readonly above?: number;
  readonly max?: number;
  readonly whole?: boolean;
}

/** A place in the workload, at which problems are found. */
export class Check {
  readonly #path: string;
  readonly #problems: string[];

  constructor(path: string, problems: string[]) {
    this.#path = path;
    this.#problems = problems;
  }

  /** The place of a field, or of an entry of a list. */
  at(part: string | number): Check {
    const named =
      typeof part === 'number' ? `[${part}]` : /^\w+$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
    return new Check(this.#path + named, this.#problems);
  }

  fail(value: unknown, expected: string): false {
    this.#problems.push(`${this.#path} must be ${expected}, got ${shown(value)}`);
    return false;
  }

  number(value: unknown, { min, above, max, whole = false }: Range): value is number {
    const fits =
      typeof value === 'number' &&
      Number.isFinite(value) &&
      (!whole || Number.isInteger(value)) &&
      value >= (min ?? Number.NEGATIVE_INFINITY) &&
      value > (above ?? Number.NEGATIVE_INFINITY) &&
      value <= (max ?? Number.POSITIVE_INFINITY);
    const kind = whole ? 'a whole number' : 'a number';
    const low = above === undefined ? `of at least ${min}` : `above ${above}`;
    return fits || this.fail(value, `${kind} ${low}${max === undefined ? '' : ` and at most ${max}`}`);
  }

  optionalNumber(value: unknown, range: Range): void {
    if (value !== undefined) this.number(value, range);
  }

  optional(value: unknown, type: 'boolean' | 'string'): void {
    if (value !== undefined && typeof value !== type) this.fail(value, `a ${type}`);
  }

  /** Whether the value is an object, with no other than the known fields. */
  object<T extends object>(value: unknown, known: readonly string[]): value is T {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.fail(value, 'an object');
    for (const [field, given] of Object.entries(value)) {
      if (known.includes(field) || given === undefined) continue;
      const close = nearest(field, known);
      this.at(field).#unknown(close === undefined ? `known here: ${known.join(', ')}` : `did you mean ${close}?`);
    }
    return true;
  }

  list(value: unknown, what: string): value is readonly unknown[] {
    return (Array.isArray(value) && value.length > 0) || this.fail(value, `a list with at least one ${what}`);
  }

  #unknown(hint: string): void {
    this.#problems.push(`${this.#path} is not known; ${hint}`);
  }
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
