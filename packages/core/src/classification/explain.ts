import type { RuntimeConfig } from '../config/types.ts';
import { type Classification, type ClassifierOptions, createJudge } from './classify.ts';
import { configured } from './configured.ts';
import type { ErrorFacts } from './error-facts.ts';

/** One error of the chain that was looked at, with what it says about itself. */
export interface ExplainedLink {
  /** How it is reached: `error`, `error.cause`, `error.errors[0]` … */
  readonly path: string;
  /** Names of the error and of its class; for what is no object, its type. */
  readonly names: readonly string[];
  /** Whether the rule that decided is about this one. */
  readonly decided: boolean;
  readonly status?: number;
  readonly codes?: readonly string[];
  readonly sqlstate?: string;
  readonly errno?: number;
  readonly labels?: readonly string[];
  readonly reply?: string;
  readonly retryAfterMs?: number;
  readonly shouldRetry?: boolean;
}

/** A {@link Classification} with the chain of errors that led to it, outermost first. Plain data, fit for JSON. */
export interface ErrorExplanation extends Classification {
  readonly chain: readonly ExplainedLink[];
}

export interface ExplainOptions extends ClassifierOptions {
  /** The config whose error rules and retryable codes count: `bridge.config`. Rules that the bridge was given in code go into `rules`. */
  readonly config?: RuntimeConfig | undefined;
  /** The operation whose own rules count, too. */
  readonly operation?: string | undefined;
}

/**
 * Says what an error means for retry and breaker, which rule decided, and on which error of the cause chain. Takes whatever can be
 * thrown. Messages are left out: they may hold what must not be shown.
 *
 * @throws InvalidArgumentError for rules that cannot work
 */
export function explainError(error: unknown, options: ExplainOptions = {}): ErrorExplanation {
  const { classification, chain, decidedBy } = createJudge({ ...fromConfig(options), ...options })(error);
  return {
    ...classification,
    chain: chain.map(({ link, facts }, index) => explained(link.path, facts, index === decidedBy)),
  };
}

function fromConfig({ config, operation = '' }: ExplainOptions): ClassifierOptions {
  if (config === undefined) return {};
  return configured(config, Object.hasOwn(config.operations, operation) ? config.operations[operation] : undefined);
}

function explained(path: string, facts: ErrorFacts, decided: boolean): ExplainedLink {
  const { status, codes, sqlstate, errno, labels, reply, retryAfterMs, shouldRetry } = facts;
  return {
    path,
    names: facts.names.length > 0 ? facts.names : [facts.error === null ? 'null' : typeof facts.error],
    decided,
    ...(status === undefined ? {} : { status }),
    ...(codes.length === 0 ? {} : { codes }),
    ...(sqlstate === undefined ? {} : { sqlstate }),
    ...(errno === undefined ? {} : { errno }),
    ...(labels.length === 0 ? {} : { labels }),
    ...(reply === undefined ? {} : { reply }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(shouldRetry === undefined ? {} : { shouldRetry }),
  };
}
