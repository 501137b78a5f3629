/** What a breaker looks back on: recent attempts, how many of them failed, and how many were slow. */
export interface AttemptWindow {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
  /** Whether forgetting the window loses nothing that speaks against the callee. */
  readonly atRest: boolean;
  add(failed: boolean, slow: boolean): void;
  /** Takes over the attempts of a window of the same kind, as they were judged then; those of another kind cannot be. */
  adopt(previous: AttemptWindow): void;
  /** What {@link restore} takes; plain data. */
  save(): unknown;
  restore(saved: unknown): void;
}
