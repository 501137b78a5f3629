import type { LimitRule } from './limit-rule.ts';
import type { SharedRule } from './shared/shared-rule.ts';

/** Limits of an operation that are asked together, as they were configured when this was made. */
export class LimitSet {
  /** Those of this process alone. */
  readonly rules: readonly LimitRule[];
  /** Those that processes share. */
  readonly shared: readonly SharedRule[];
  readonly all: readonly (LimitRule | SharedRule)[];
  readonly names: readonly string[];
  /** Whether what each of them says is carried out. */
  readonly enforced: boolean;
  /** The only one, if it is shared and enforced: leased tokens may be all that it takes. */
  readonly lone: SharedRule | undefined;

  constructor(rules: readonly LimitRule[], shared: readonly SharedRule[] = []) {
    this.rules = rules;
    this.shared = shared;
    this.all = [...rules, ...shared];
    this.names = this.all.map(({ config }) => config.name);
    this.enforced = this.all.every(({ config }) => config.mode === 'enforce');
    this.lone = rules.length === 0 && shared.length === 1 && this.enforced ? shared[0] : undefined;
  }

  /** Whether a store must be asked before a call may go on. */
  get needsStore(): boolean {
    return this.shared.some(({ config }) => config.mode === 'enforce');
  }
}

export const NO_LIMITS: LimitSet = new LimitSet([]);
