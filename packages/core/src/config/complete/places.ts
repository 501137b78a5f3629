import type { Path } from '../path.ts';
import type { Review } from '../review.ts';

/** Where a field of a policy may be written, and where it is. */
export interface Field {
  /** In the innermost section, whether it is written there or not. */
  readonly own: Path;
  /** Where it is written, or would be. */
  readonly path: Path;
  /** The name of the field and its value as it is written: `max_limit (100)`. */
  said(value: number | string): string;
}

/** A policy of which an operation may inherit a part: its sections, the operation's own first. */
export class Places {
  readonly #sections: readonly Path[];
  readonly #review: Review;

  constructor(sections: readonly Path[], review: Review) {
    this.#sections = sections;
    this.#review = review;
  }

  field(...names: readonly string[]): Field {
    const { dialect } = this.#review;
    const keys = names.map((name) => dialect.key(name));
    const paths = this.#sections.map((section) => [...section, ...keys]);
    const own = paths[0] ?? keys;
    const path = paths.find((candidate) => this.#review.written(candidate)) ?? own;
    return {
      own,
      path,
      said: (value) => `${keys.join('.')} (${this.#review.show(path, String(value))})`,
    };
  }

  /**
   * A problem between two fields, told at the one that the operation itself wrote. When it inherits both, the general
   * section has the problem and tells it once.
   */
  contradiction(fields: readonly Field[], message: string): void {
    const culprit = fields.toReversed().find(({ own }) => this.#review.written(own));
    if (culprit === undefined) return;
    const restsOn = fields.map(({ path }) => path);
    this.#review.problem(culprit.own, message, restsOn);
  }
}
