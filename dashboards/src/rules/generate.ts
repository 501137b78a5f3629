import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ruleGroups } from './groups.ts';
import type { AlertRule, RuleSettings } from './model.ts';
import { ruleFileText } from './rule-file.ts';
import { runbookText } from './runbook.ts';
import { runbookFile } from './runbook-file.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

/** Where the committed rules are. */
export const RULE_FILE: string = fileURLToPath(new URL('../../rules/crossbridge.yml', import.meta.url));

/** The rules as a file for Prometheus. */
export function rulesText(settings: RuleSettings = DEFAULT_SETTINGS): string {
  return ruleFileText(ruleGroups(settings), settings);
}

/** Where the runbooks are: one for each name of an alert. */
export const RUNBOOKS: string = fileURLToPath(new URL('../../runbooks/', import.meta.url));

/** The text of each runbook by its file: what people wrote, under the facts of the rules. */
export function runbooks(): ReadonlyMap<string, string> {
  const alerts = Map.groupBy(
    ruleGroups(DEFAULT_SETTINGS).flatMap(({ rules }) => rules.filter((rule): rule is AlertRule => 'alert' in rule)),
    ({ alert }) => runbookFile(alert),
  );
  return new Map([...alerts].map(([file, rules]) => [file, runbookText(written(`${RUNBOOKS}${file}`), rules)]));
}

/** A new alert gets a runbook that is still to be written. */
function written(path: string): string {
  const skeleton =
    '<!-- alert -->\n<!-- /alert -->\n\n## What it means to users\n\n## What to look at\n\n## Common causes\n\n## What to do\n\n## If it is wrong\n\n## When it is over\n';
  return existsSync(path) ? readFileSync(path, 'utf8') : skeleton;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      objective: { type: 'string', default: `${DEFAULT_SETTINGS.objective}` },
      grafana: { type: 'string', default: DEFAULT_SETTINGS.grafanaUrl },
      runbooks: { type: 'string', default: DEFAULT_SETTINGS.runbooksUrl },
      out: { type: 'string', default: RULE_FILE },
    },
  });
  const objective = Number(values.objective);
  if (!(objective > 0 && objective < 1)) {
    throw new RangeError(`--objective is '${values.objective}': give the share of calls that should succeed, as 0.99`);
  }
  const settings = {
    ...DEFAULT_SETTINGS,
    objective,
    grafanaUrl: withoutSlash(values.grafana),
    runbooksUrl: withoutSlash(values.runbooks),
  };
  writeFileSync(values.out, rulesText(settings));
  console.log(values.out);
  for (const [file, text] of runbooks()) writeFileSync(`${RUNBOOKS}${file}`, text);
}
