import { operation } from '../../../packages/otel/src/signals/attributes.ts';
import { label } from '../selector.ts';
import type { AlertRule } from './model.ts';

const START = '<!-- alert -->';
const END = '<!-- /alert -->';

const SEVERITIES: Readonly<Record<AlertRule['severity'], string>> = {
  critical: 'critical: somebody is woken',
  warning: 'warning: somebody looks today',
  info: 'info: to know',
  none: 'none: for machines',
};

/**
 * A runbook whose facts are those of the rules: `text` with everything between its marks made anew from the rules of one alert.
 *
 * @throws Error when the text has no marks
 */
export function runbookText(text: string, rules: readonly AlertRule[]): string {
  const end = text.indexOf(END);
  if (!text.startsWith(START) || end < 0)
    throw new Error(`A runbook must begin with ${START} and have ${END} after it`);
  return `${[START, ...facts(rules)].join('\n')}\n${text.slice(end)}`;
}

function facts(rules: readonly AlertRule[]): string[] {
  const title = rules[0]?.alert ?? '';
  return [`# ${title}`, ...rules.flatMap((rule) => ['', ...factsOf(rule)]), '', ...silenceOf(rules), ''];
}

/** How to have peace from this alert alone, where somebody works on it or it is wrong. */
function silenceOf([rule]: readonly AlertRule[]): string[] {
  if (rule === undefined || rule.about === 'everything') return [];
  const labels = rule.about === 'operation' ? `job=JOB ${label(operation)}=OPERATION` : 'job=JOB';
  return [
    'Silence it while somebody works on it, with the labels of the alert:',
    '',
    '```sh',
    `amtool silence add --alertmanager.url=http://127.0.0.1:9093 --duration=2h --comment=WHY alertname=${rule.alert} ${labels}`,
    '```',
  ];
}

function factsOf(rule: AlertRule): string[] {
  const window = rule.labels?.window === undefined ? '' : ` (window ${rule.labels.window})`;
  const lasting = rule.for === undefined ? 'at once' : `when the query has held for ${rule.for}`;
  return [
    `**${SEVERITIES[rule.severity]}**${window}, fires ${lasting}. ${rule.description}`,
    '',
    '```promql',
    rule.expression,
    '```',
  ];
}
