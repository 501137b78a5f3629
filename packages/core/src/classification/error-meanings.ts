import type { OperationConfig, RuntimeConfig } from '../config/types.ts';
import { type Classifier, createClassifier } from './classify.ts';
import { configured } from './configured.ts';
import type { ErrorRule } from './error-rule.ts';
import { type ErrorExplanation, explainError } from './explain.ts';

/** What errors mean to a bridge: by the rules given in code, then those of its config, then the built-in tables. */
export class ErrorMeanings {
  readonly #rules: readonly ErrorRule[] | undefined;
  readonly #wallNow: () => number;

  constructor(rules: readonly ErrorRule[] | undefined, wallNow: () => number) {
    this.#rules = rules;
    this.#wallNow = wallNow;
  }

  classifier(config: RuntimeConfig, operation?: OperationConfig): Classifier {
    return createClassifier({ ...configured(config, operation), rules: this.#rules, wallNow: this.#wallNow });
  }

  explain(error: unknown, config: RuntimeConfig, operation: string | undefined): ErrorExplanation {
    return explainError(error, { config, operation, rules: this.#rules, wallNow: this.#wallNow });
  }
}
