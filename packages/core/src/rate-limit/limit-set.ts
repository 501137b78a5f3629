import type { LimitRule } from './limit-rule.ts';

/** Limits of an operation that are asked together, as they were configured when this was made. */
export class LimitSet {
  readonly rules: readonly LimitRule[];
  readonly names: readonly string[];
  /** Whether what each of them says is carried out. */
  readonly enforced: boolean;

  constructor(rules: readonly LimitRule[]) {
    this.rules = rules;
    this.names = rules.map(({ config }) => config.name);
    this.enforced = rules.every(({ config }) => config.mode === 'enforce');
  }
}

export const NO_LIMITS: LimitSet = new LimitSet([]);
