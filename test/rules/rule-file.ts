import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** A rule as Prometheus reads it. */
export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Group {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** A file of unit tests as promtool reads it, as far as tests ask. */
export interface UnitTestFile {
  readonly file: string;
  readonly text: string;
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test?: readonly {
      readonly eval_time: string;
      readonly alertname: string;
      readonly exp_alerts: readonly {
        readonly exp_labels: Readonly<Record<string, string>>;
        readonly exp_annotations: Readonly<Record<string, string>>;
      }[];
    }[];
    readonly promql_expr_test?: readonly { readonly expr: string }[];
  }[];
}

export const RULES_PATH: string = fileURLToPath(new URL('../../dashboards/rules/crossbridge.yml', import.meta.url));
export const UNIT_TESTS: string = fileURLToPath(new URL('../../dashboards/rules/tests/', import.meta.url));

/** The groups of the committed rules. */
export function readGroups(): readonly Group[] {
  return (parse(readFileSync(RULES_PATH, 'utf8')) as { groups: Group[] }).groups;
}

export function readUnitTests(): readonly UnitTestFile[] {
  return readdirSync(UNIT_TESTS).map((file) => {
    const text = readFileSync(`${UNIT_TESTS}${file}`, 'utf8');
    return { file, text, tests: (parse(text) as Pick<UnitTestFile, 'tests'>).tests };
  });
}

/** Whether the alert that the unit test expects is one of this rule. */
export function isExpected(rule: Rule, { tests }: UnitTestFile): boolean {
  return tests.some(({ alert_rule_test = [] }) =>
    alert_rule_test.some(
      ({ alertname, exp_alerts }) =>
        alertname === rule.alert &&
        exp_alerts.some(
          ({ exp_labels: { severity, window } }) =>
            severity === rule.labels?.severity && window === rule.labels?.window,
        ),
    ),
  );
}

/** The recorded series that a text asks for. */
export function recordsIn(text: string, rules: readonly Rule[]): readonly Rule[] {
  const words = new Set(text.match(/[a-zA-Z_:][a-zA-Z0-9_:]*/g));
  return rules.filter(({ record }) => record !== undefined && words.has(record));
}
