/** What stands for every value that is one too many. */
const OTHER = '_OTHER';

/** No name that somebody chose is longer. */
const MAX_LENGTH = 128;

/** Lets the first few values of an attribute stand, whatever comes. */
export class FewValues {
  readonly #max: number;
  readonly #kept = new Set<string>();

  constructor(max: number) {
    this.#max = max;
  }

  /** The value, or `_OTHER` where there is none, it is too long to be a name or too many came before it. */
  keep(value: string | undefined): string {
    if (typeof value !== 'string' || value === '' || value.length > MAX_LENGTH) return OTHER;
    if (this.#kept.has(value)) return value;
    if (this.#kept.size >= this.#max) return OTHER;
    this.#kept.add(value);
    return value;
  }
}
