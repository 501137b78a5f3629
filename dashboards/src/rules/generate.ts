import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ruleGroups } from './groups.ts';
import type { RuleSettings } from './model.ts';
import { ruleFileText } from './rule-file.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

/** Where the committed rules are. */
export const RULE_FILE: string = fileURLToPath(new URL('../../rules/crossbridge.yml', import.meta.url));

/** The rules as a file for Prometheus. */
export function rulesText(settings: RuleSettings = DEFAULT_SETTINGS): string {
  return ruleFileText(ruleGroups(settings), settings);
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
  const settings = { ...DEFAULT_SETTINGS, objective, grafanaUrl: values.grafana, runbooksUrl: values.runbooks };
  writeFileSync(values.out, rulesText(settings));
  console.log(values.out);
}
