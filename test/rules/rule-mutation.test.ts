import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { describeWithServers } from '../support/servers.ts';
import { temporaryDirectory } from '../support/servers-process.ts';
import { passingUnitTests } from './promtool.ts';
import { isExpected, type Rule, readGroups, readUnitTests, recordsIn, type UnitTestFile } from './rule-file.ts';
import { mutationsOf } from './rule-mutants.ts';

interface Mutant {
  readonly what: string;
  readonly original: Rule;
  readonly rule: Rule;
}

/** Files in one run of promtool: fewer would start it more often, more would leave one of two processors idle. */
const BATCH = 40;

/** Runs of promtool at a time. */
const AT_ONCE = 2;

describeWithServers(['promtool'], 'mistakes in the rules', () => {
  const directory = temporaryDirectory('rule-mutants');
  afterAll(() => directory.remove());

  const rules = readGroups().flatMap((group) => group.rules);
  const unitTests = readUnitTests();
  let written = 0;

  /** What a rule is made of, in the order of the file. */
  function withRecords(wanted: readonly Rule[]): Rule[] {
    const needed = new Set<Rule>();
    const add = (rule: Rule): void => {
      if (needed.has(rule)) return;
      needed.add(rule);
      for (const record of recordsIn(rule.expr, rules)) add(record);
    };
    for (const rule of wanted) add(rule);
    return rules.filter((rule) => needed.has(rule));
  }

  /** The rules that a file of unit tests is about: those that it expects to fire, and what it asks for itself. */
  function subjects(file: UnitTestFile): Rule[] {
    const asked = file.tests.flatMap(({ promql_expr_test = [] }) => promql_expr_test.map(({ expr }) => expr)).join(' ');
    return withRecords([...rules.filter((rule) => isExpected(rule, file)), ...recordsIn(asked, rules)]);
  }

  const subjectsOf = new Map(unitTests.map((file) => [file, subjects(file)]));

  /** Those that would notice, the one with the fewest rules first. */
  function unitTestsOf(rule: Rule): UnitTestFile[] {
    const size = (file: UnitTestFile): number => subjectsOf.get(file)?.length ?? 0;
    return unitTests.filter((file) => subjectsOf.get(file)?.includes(rule) === true).sort((a, b) => size(a) - size(b));
  }

  /** Writes a file of unit tests beside its rules, one of which may be another. */
  function write(file: UnitTestFile, mutant?: Mutant): string {
    written += 1;
    const changed = (subjectsOf.get(file) ?? []).map((rule) => (rule === mutant?.original ? mutant.rule : rule));
    writeFileSync(join(directory.path, `${written}.yml`), stringify({ groups: [{ name: 'all', rules: changed }] }));
    const name = `${written}.test.yml`;
    writeFileSync(join(directory.path, name), file.text.replace(/^rule_files:.*$/m, `rule_files: [${written}.yml]`));
    return name;
  }

  async function passing(files: readonly string[]): Promise<ReadonlySet<string>> {
    const batches: string[][] = [];
    for (let from = 0; from < files.length; from += BATCH) batches.push(files.slice(from, from + BATCH));
    const passed = new Set<string>();
    const work = async (): Promise<void> => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
        for (const file of await passingUnitTests(batch, directory.path)) passed.add(file);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return passed;
  }

  test('would not be seen in files of which the rules themselves fail', async () => {
    const files = unitTests.map((file) => write(file));
    expect(await passing(files)).toEqual(new Set(files));
  });

  test('are each found by a unit test', { timeout: 300_000 }, async () => {
    let survivors: Mutant[] = rules.flatMap((original) =>
      mutationsOf(original).map(({ what, rule }) => ({
        what: `${original.alert ?? original.record} ${original.labels?.severity ?? ''}${original.labels?.window ?? ''}: ${what}`,
        original,
        rule,
      })),
    );
    const made = survivors.length;
    const started = performance.now();
    for (let round = 0; ; round++) {
      const asked = survivors.flatMap((mutant) => {
        const file = unitTestsOf(mutant.original)[round];
        return file === undefined ? [] : [{ mutant, name: write(file, mutant) }];
      });
      if (asked.length === 0) break;
      const passed = await passing(asked.map(({ name }) => name));
      const found = new Set(asked.filter(({ name }) => !passed.has(name)).map(({ mutant }) => mutant));
      survivors = survivors.filter((mutant) => !found.has(mutant));
    }
    console.log(`${made - survivors.length} of ${made} found, ${Math.round((performance.now() - started) / 1000)} s`);
    expect(survivors.map(({ what }) => what)).toEqual([]);
    expect(made).toBeGreaterThan(300);
  });
});
