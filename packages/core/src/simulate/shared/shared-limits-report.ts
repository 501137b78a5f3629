import { line, number } from '../format.ts';

/** How evenly processes fare at one key, by the share of its requests that each is admitted. */
export interface Fairness {
  /** Requests for the key. */
  readonly asked: number;
  readonly admitted: number;
  /** Processes that made them. */
  readonly processes: number;
  /** Jain's index: 1 when all are admitted the same share, 1 ÷ processes when one has everything. */
  readonly jain: number;
  /** The least share that a process is admitted, as a part of the mean share: 0 when one is admitted nothing. */
  readonly leastOfMean: number;
}

/** What a simulation of shared limits has shown: plain data. */
export interface SharedLimitsReport {
  readonly processes: number;
  /** Keys that somebody asked for. */
  readonly keys: number;
  readonly asked: number;
  readonly admitted: number;
  /** Requests that one limiter would have admitted that hears of all of them at once. */
  readonly allowed: number;
  /** Tokens that the worst window of any key saw beyond its capacity and what it refills. */
  readonly over: number;
  readonly storeCalls: number;
  readonly callsPerDecision: number;
  readonly callsPerAdmission: number;
  /** Among the processes, at the key that is asked for most. */
  readonly fairness: Fairness;
}

/** A report as plain text to read in a terminal. */
export function sharedLimitsText(report: SharedLimitsReport): string {
  const { processes, keys, asked, admitted, allowed, over, storeCalls, callsPerDecision, callsPerAdmission } = report;
  const { fairness } = report;
  const share = allowed === 0 ? '' : `, ${((100 * admitted) / allowed).toFixed(2)} % of what one limiter would admit`;
  return [
    `${number(processes)} processes, ${number(keys)} keys, ${number(asked)} requests`,
    line('admitted', `${number(admitted)}${share}`),
    line('over', `${over.toFixed(3)} tokens in the worst window`),
    line(
      'store',
      `${number(storeCalls)} calls: ${callsPerDecision.toFixed(3)} per decision, ${callsPerAdmission.toFixed(3)} per admission`,
    ),
    line(
      'hottest key',
      `${number(fairness.admitted)} of ${number(fairness.asked)} requests of ${number(fairness.processes)} processes`,
    ),
    line(
      'fairness',
      `${fairness.jain.toFixed(3)} (Jain), the least share is ${fairness.leastOfMean.toFixed(2)} of the mean`,
    ),
    '',
  ].join('\n');
}
