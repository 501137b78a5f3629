import type { OperationConfig, RuntimeConfig } from '../config/types.ts';
import type { ClassifierOptions } from './classify.ts';

/** The part of a config that says what errors mean. */
export type ErrorConfig = Pick<RuntimeConfig, 'errorRules' | 'retry'>;

/** What a config tells a classifier: the rules of the operation whose errors are asked about, then those for all operations. */
export function configured(
  { errorRules, retry }: ErrorConfig,
  operation?: Pick<OperationConfig, 'errorRules'>,
): Pick<ClassifierOptions, 'retryableStatuses' | 'tables'> {
  return { retryableStatuses: retry.retryableCodes, tables: [operation?.errorRules ?? [], errorRules] };
}
