import { type ErrorClass, type ErrorMeaning, MEANINGS } from './error-class.ts';
import type { RuleHit } from './rule-index.ts';

/** What the policies need to know of an error. */
export interface Classification extends ErrorMeaning {
  readonly class: ErrorClass;
  /** Value of `error.type`, from a closed set: status codes, error codes, names of known classes, `_OTHER`. */
  readonly type: string;
  /** The wait the other side asked for. */
  readonly retryAfterMs: number | undefined;
  /** Which rule decided, for people. */
  readonly rule: string;
}

export function verdict(
  errorClass: ErrorClass,
  rule: string,
  type: string,
  meaning: Partial<ErrorMeaning> = {},
): Classification {
  return { class: errorClass, ...MEANINGS[errorClass], ...given(meaning), type, rule, retryAfterMs: undefined };
}

/** What a row of the built-in tables makes of an error. */
export function fromHit(hit: RuleHit | undefined): Classification | undefined {
  if (hit === undefined) return undefined;
  const { rule, kind, value } = hit;
  const type = kind === 'message' ? '_OTHER' : kind === 'sqlstate' && value.length === 2 ? `${value}xxx` : value;
  return verdict(rule.class ?? 'unclassified', `${rule.why}: ${value}`, type, rule);
}

/** The fields of a meaning that say something. */
export function given({ retryable, notExecuted, breaker }: Partial<ErrorMeaning>): Partial<ErrorMeaning> {
  return {
    ...(retryable === undefined ? {} : { retryable }),
    ...(notExecuted === undefined ? {} : { notExecuted }),
    ...(breaker === undefined ? {} : { breaker }),
  };
}
