import { readFileSync } from 'node:fs';

export interface ShippedRule {
  readonly kind: 'record' | 'alert';
  readonly name: string;
  readonly expression: string;
}

const RULE = /^ +- (record|alert): (\S+)\n +expr: (.*)\n((?: {10,}.*\n)*)/gm;

/**
 * The rules of the file that the dashboards' generator writes. It reads the few forms of YAML that the generator gives names and
 * expressions, and nothing else.
 *
 * @throws Error when it finds less than the file has
 */
export function shippedRules(path: string): ShippedRule[] {
  const text = readFileSync(path, 'utf8');
  const rules = [...text.matchAll(RULE)].map(([, kind, name = '', first = '', block = '']) => ({
    kind: kind as ShippedRule['kind'],
    name,
    expression: expressionOf(first, block),
  }));
  const expected = text.match(/^ +- (?:record|alert):/gm)?.length ?? 0;
  if (rules.length !== expected || expected === 0) {
    throw new Error(`${path}: read ${rules.length} rules of ${expected}; is it the file that CrossBridge ships?`);
  }
  return rules;
}

function expressionOf(first: string, block: string): string {
  if (first === '|-') {
    const indentation = /^ */.exec(block)?.[0].length ?? 0;
    return block.replace(new RegExp(`^ {${indentation}}`, 'gm'), '').trimEnd();
  }
  if (first.startsWith("'")) return first.slice(1, -1).replaceAll("''", "'");
  return first.startsWith('"') ? (JSON.parse(first) as string) : first;
}
