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
  return [`# ${title}`, ...rules.flatMap((rule) => ['', ...factsOf(rule)]), ''];
}

function factsOf(rule: AlertRule): string[] {
  const window = rule.labels?.window === undefined ? '' : ` (window ${rule.labels.window})`;
  const lasting = rule.for === undefined ? 'at once' : `after ${rule.for}`;
  return [
    `**${SEVERITIES[rule.severity]}**${window}, fires ${lasting}. ${rule.description}`,
    '',
    '```promql',
    rule.expression,
    '```',
  ];
}
