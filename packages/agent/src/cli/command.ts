/** Where a command reads and writes. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Writes a result, one or more lines. */
  out(text: string): void;
  /** Writes what is to be said beside the result. */
  err(text: string): void;
}

/** One command of `crossbridge`. Each has a file of its own, which is loaded when it is asked for. */
export interface Command {
  /** What `crossbridge <name> --help` prints, ending with a line feed. */
  readonly help: string;
  /**
   * Returns the exit code.
   *
   * @throws UsageError for arguments that it does not take
   */
  run(args: readonly string[], terminal: Terminal): number | Promise<number>;
}

/** The arguments make no sense; its message says which and why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Exit codes: wrong usage as of most commands, a bad config as of the agent (EX_CONFIG of sysexits.h). */
export const EXIT = { ok: 0, failed: 1, usage: 2, config: 78 } as const;
