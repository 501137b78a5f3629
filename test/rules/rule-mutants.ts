import type { Rule } from './rule-file.ts';

/** A rule with one mistake in it. */
interface Mutation {
  /** What was changed, for the message of a test. */
  readonly what: string;
  readonly rule: Rule;
}

interface Edit {
  readonly what: string;
  readonly text: string;
}

/** Every mistake of the kinds that people make, one at a time. */
export function mutationsOf(rule: Rule): Mutation[] {
  const edits = [thresholds, comparisons, windows, clauses, guards, groupings, matchers, functions].flatMap((mutate) =>
    mutate(rule.expr),
  );
  return [...edits.map(({ what, text }) => ({ what, rule: { ...rule, expr: text } })), ...waits(rule)];
}

function thresholds(text: string): Edit[] {
  return replaced(text, /(?<=[<>]=? )(\d+(?:\.\d+)?)(?![\w.])/g, (number) =>
    Number(number) === 0 ? [] : [`${Number(number) * 1.5}`, `${Number(number) / 1.5}`],
  );
}

const OPPOSITE: Readonly<Record<string, string>> = { '>': '<', '>=': '<', '<': '>=', '==': '!=' };

function comparisons(text: string): Edit[] {
  return replaced(text, /(?<= )(?:[<>]=?|==)(?= )/g, (operator) => [OPPOSITE[operator] ?? '']);
}

function windows(text: string): Edit[] {
  return replaced(text, /(?<=\[|offset )\d+[smhd]\b/g, scaled);
}

/** Each part of what `and`, `or` and `unless` join, but for the first. */
function clauses(text: string): Edit[] {
  return replaced(text, /(?:\n(?:and|unless)| or) [^\n]+/g, () => ['']);
}

/** Without the guard against a division by zero. */
function guards(text: string): Edit[] {
  return replaced(text, / > 0(?=\))/g, () => ['']);
}

/** Each label that series are told apart by, removed from every place where it stands. */
function groupings(text: string): Edit[] {
  const labels = new Set([...text.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', ')));
  return [...labels].map((label) => ({
    what: `without the label ${label}`,
    text: text.replace(/by \(([^)]*)\)/g, (_, list: string) => {
      return `by (${list
        .split(', ')
        .filter((each) => each !== label)
        .join(', ')})`;
    }),
  }));
}

function matchers(text: string): Edit[] {
  return replaced(text, /\w+(?:=~|!~|!=|=)"[^"]*"(?:, )?/g, (matcher) => {
    const [, name = '', values = '', end = ''] = /^(\w+[=!~]+)"([^"]*)"(.*)$/.exec(matcher) ?? [];
    const alternatives = values.split('|');
    if (alternatives.length === 1) return [''];
    return [
      '',
      ...alternatives.map((left) => `${name}"${alternatives.filter((each) => each !== left).join('|')}"${end}`),
    ];
  });
}

const MISTAKEN: Readonly<Record<string, string>> = {
  sum: 'max',
  max: 'sum',
  rate: 'increase',
  avg_over_time: 'max_over_time',
  min_over_time: 'max_over_time',
};

function functions(text: string): Edit[] {
  return replaced(text, /\b(?:sum|max|rate|avg_over_time|min_over_time)\b(?= by|\()/g, (name) => [
    MISTAKEN[name] ?? '',
  ]);
}

function waits(rule: Rule): Mutation[] {
  const { for: wait, ...without } = rule;
  if (wait === undefined) return [];
  const longer = scaled(wait).map((each) => ({ what: `for ${wait} → ${each}`, rule: { ...rule, for: each } }));
  return [{ what: `without for ${wait}`, rule: without }, ...longer];
}

function scaled(duration: string): string[] {
  const seconds = Number.parseInt(duration, 10) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[duration.slice(-1)] ?? 0);
  return [`${seconds * 2}s`, `${seconds / 2}s`];
}

function replaced(text: string, pattern: RegExp, replacements: (found: string) => readonly string[]): Edit[] {
  return [...text.matchAll(pattern)].flatMap(({ 0: found, index }) =>
    replacements(found).map((replacement) => ({
      what: `at ${index}: ${found.trim()} → ${replacement === '' ? 'nothing' : replacement}`,
      text: text.slice(0, index) + replacement + text.slice(index + found.length),
    })),
  );
}
