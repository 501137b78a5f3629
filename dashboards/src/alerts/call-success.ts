import { operation } from '../../../packages/otel/src/signals/attributes.ts';
import { callDuration } from '../../../packages/otel/src/signals/metrics.ts';
import type { AlertRule, RuleGroup, RuleSettings } from '../rules/model.ts';
import { by, series } from '../rules/promql.ts';
import { OPERATION_OF_JOB } from '../rules/template.ts';
import { type CallWindow, callRate, FAILED, failureRatio, recordedCalls } from './calls-recorded.ts';
import { failureReason } from './failure-reason.ts';

/** Calls per second below which a share of failed calls says little: three a minute. */
const BUSY = 0.05;

/** Share of failed calls that is too much for any objective: one of 90 % cannot burn 14.4 times as fast. */
const HIGHEST = 0.9;

interface Burn {
  readonly severity: 'critical' | 'warning';
  /** How many times faster than the objective allows for. */
  readonly factor: number;
  readonly long: CallWindow;
  /** So that the alert ends soon after the trouble did. */
  readonly short: CallWindow;
  readonly for: string;
}

const BURNS: readonly Burn[] = [
  { severity: 'critical', factor: 14.4, long: '1h', short: '5m', for: '2m' },
  { severity: 'critical', factor: 6, long: '6h', short: '30m', for: '15m' },
  { severity: 'warning', factor: 3, long: '1d', short: '2h', for: '1h' },
  { severity: 'warning', factor: 1, long: '3d', short: '6h', for: '3h' },
];

/** The application does not get its answers. */
export function callSuccess(settings: RuleSettings): RuleGroup {
  return {
    name: 'crossbridge-calls',
    rules: [...recordedCalls(settings), ...BURNS.map((burn) => burnAlert(burn, settings)), lowTraffic(settings)],
  };
}

function burnAlert(burn: Burn, { time, objective }: RuleSettings): AlertRule {
  const { severity, factor, long, short } = burn;
  const limit = Number(Math.min(HIGHEST, factor * (1 - objective)).toPrecision(6));
  const times = limit === HIGHEST ? Number((HIGHEST / (1 - objective)).toPrecision(3)) : factor;
  return {
    alert: 'CrossBridgeCallSuccessBurn',
    severity,
    labels: { window: long },
    expression: [
      `${failureRatio(long)} > ${limit}`,
      `and ${failureRatio(short)} > ${limit}`,
      `and ${callRate(long)} >= ${BUSY}`,
    ].join('\n'),
    for: time(burn.for),
    summary: `${OPERATION_OF_JOB}: {{ $value | humanizePercentage }} of the calls of ${long} failed${failureReason(time('5m'))}`,
    description: `Calls fail ${times === 1 ? '' : `${times} times `}as fast as an objective of ${percent(objective)} allows, over ${long} and still over ${short}. Failed: an error, a timeout, or refused by the bulkhead or the circuit breaker.`,
    dashboard: 'overview',
    about: 'operation',
  };
}

/** Burn rates ask for enough calls to be a share of: without this alert an operation that is called hourly could fail for ever. */
function lowTraffic({ time }: RuleSettings): AlertRule {
  return {
    alert: 'CrossBridgeLowTrafficFailing',
    severity: 'warning',
    expression: [
      `${failureRatio('6h')} > 0.5`,
      // Counted by the calls themselves: an average over the first hour would make six failures of one.
      `and sum ${by(operation)} (increase(${series(callDuration, 'count', [FAILED])}[${time('6h')}])) > 2.5`,
      `and ${callRate('6h')} < ${BUSY}`,
    ].join('\n'),
    for: time('10m'),
    summary: `${OPERATION_OF_JOB}: {{ $value | humanizePercentage }} of the few calls of 6h failed${failureReason(time('6h'))}`,
    description:
      'Three calls or more failed within 6h, and they are most of the calls of this operation, of which there are too few for a burn rate to be looked at.',
    dashboard: 'overview',
    about: 'operation',
  };
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}
