/**
 * `ok`: it has data. `idle`: it has none because nothing happened that it could show. `broken`: something between CrossBridge and the
 * panel must be put right.
 */
export type Verdict = 'ok' | 'idle' | 'broken';

/** Why there is no data, for programs. */
export type Reason =
  | 'query_refused'
  | 'not_scraped'
  | 'metric_absent'
  | 'metric_filtered'
  | 'wrong_spelling'
  | 'label_absent'
  | 'label_renamed'
  | 'value_absent'
  | 'job_absent'
  | 'rule_missing'
  | 'rule_differs'
  | 'rule_failing'
  | 'not_evaluated'
  | 'one_sample'
  | 'stale'
  | 'no_traffic'
  | 'old_version'
  | 'no_exemplars';

export interface Explanation {
  readonly verdict: Exclude<Verdict, 'ok'>;
  readonly reason: Reason;
  /** What is wrong, and what to do about it. */
  readonly message: string;
}

/** What was found of one query. */
export interface Finding {
  /** `dashboards/overview.json` */
  readonly file: string;
  readonly where: string;
  readonly query: string;
  readonly verdict: Verdict;
  readonly reason?: Reason;
  readonly message?: string;
}
