/**
 * `ok`: as it should be. `note`: worth knowing, and nothing wrong with it. `attention`: does not do what it looks like, or will hurt when
 * something fails.
 */
export type Level = 'ok' | 'note' | 'attention';

/** One thing that was seen. */
export interface Finding {
  readonly level: Level;
  /** In the order of the report. */
  readonly what: string;
  readonly why?: string;
  /** What to do about it. */
  readonly remedy?: string;
}

export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
}

export interface Report {
  /** The command, and how long it ran and how it ended. */
  readonly run: string;
  readonly sections: readonly Section[];
  /** Whether nothing needs attention. */
  readonly healthy: boolean;
  readonly verdict: string;
}

export function ok(what: string): Finding {
  return { level: 'ok', what };
}

export function note(what: string, more: Omit<Finding, 'level' | 'what'> = {}): Finding {
  return { level: 'note', what, ...more };
}

export function attention(what: string, why: string, remedy: string): Finding {
  return { level: 'attention', what, why, remedy };
}
