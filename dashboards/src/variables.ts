import { operation as operationAttribute } from '../../packages/otel/src/signals/attributes.ts';
import {
  callDuration,
  genAiDuration,
  quotaRemaining,
  streamDuration,
} from '../../packages/otel/src/signals/metrics.ts';
import { DEFAULT_SETTINGS } from './rules/settings.ts';
import { label, seriesName } from './selector.ts';

/** A list to choose from at the top of the dashboard: the values of a label. */
export interface LabelVariable {
  readonly kind: 'label';
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The label, and a selector of the series that have it. */
  readonly label: string;
  readonly series: string;
  /** What "All" means: every series, those without the label too, or only the values listed. */
  readonly all: 'everything' | 'listed';
}

/** A list of fixed values to choose one from. */
export interface ChoiceVariable {
  readonly kind: 'choice';
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Shares, 0 to 1; the first is chosen. */
  readonly choices: readonly number[];
}

export type Variable = LabelVariable | ChoiceVariable;

const CALLS = seriesName(callDuration, 'count');
const OF_PROCESS = 'job=~"$job", instance=~"$instance"';

export const service: Variable = {
  kind: 'label',
  name: 'job',
  title: 'Service',
  description: 'The `job` label: one service, or several.',
  label: 'job',
  series: CALLS,
  all: 'everything',
};

export const instance: Variable = {
  kind: 'label',
  name: 'instance',
  title: 'Process',
  description: 'The `instance` label: single processes of the service.',
  label: 'instance',
  series: `${CALLS}{job=~"$job"}`,
  all: 'everything',
};

export const operation: Variable = {
  kind: 'label',
  name: 'operation',
  title: 'Operation',
  description:
    'Kinds of calls, as named in crossbridge.yml. What belongs to a process or to a check and not to an operation is shown whatever is chosen here.',
  label: label(operationAttribute),
  series: `${CALLS}{${OF_PROCESS}}`,
  all: 'everything',
};

const AI_SERIES = [
  seriesName(genAiDuration, 'count'),
  seriesName(streamDuration, 'count'),
  seriesName(quotaRemaining, 'value'),
];

/** The operations that talk to models: nothing else is asked for tokens, streams answers or tells a quota. */
export const aiOperation: Variable = {
  ...operation,
  kind: 'label',
  description:
    'Operations that call models, stream answers or whose provider tells a quota. Others are on the overview.',
  label: label(operationAttribute),
  series: `{__name__=~"${AI_SERIES.join('|')}", ${OF_PROCESS}}`,
  all: 'listed',
};

/** The share of calls that should succeed: what the burn rate is measured by. At first that of the alerts. */
export const objective: Variable = {
  kind: 'choice',
  name: 'objective',
  title: 'Objective',
  description: 'Share of calls that should succeed. The burn rate and the budget that is left are measured by it.',
  choices: [DEFAULT_SETTINGS.objective, 0.999, 0.995, 0.95],
};
