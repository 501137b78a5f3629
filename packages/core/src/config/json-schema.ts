import * as z from 'zod';
import { yamlSchema } from './schema/runtime.ts';

/** A JSON Schema (draft 2020-12), as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown };

type Node = Record<string, unknown>;

const PLACEHOLDER = { type: 'string', pattern: '\\$\\{' };

/**
 * The JSON Schema of `crossbridge.yml`, for editors. It allows what the loader allows: other sections, and placeholders
 * such as `${PORT:-9464}` in place of numbers, booleans and words. Rules between values are left to the loader.
 */
export function crossbridgeJsonSchema(): JsonSchema {
  const { $schema, ...runtime } = z.toJSONSchema(yamlSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      const node = jsonSchema as Node;
      joinPolicies(node);
      allowPlaceholders(node);
    },
  }) as Node;
  return {
    $schema,
    title: 'crossbridge.yml',
    type: ['object', 'null'],
    properties: { runtime: { ...runtime, type: ['object', 'null'], additionalProperties: true } },
  };
}

/** The retry section is an intersection of fixed keys and `<name>_policy`; JSON Schema says that in one object. */
function joinPolicies(node: Node): void {
  const [fixed, policies] = (node.allOf ?? []) as Node[];
  if (fixed === undefined || policies === undefined) return;
  const { pattern } = policies.propertyNames as { pattern: string };
  delete node.allOf;
  Object.assign(node, fixed, { patternProperties: { [pattern]: policies.additionalProperties } });
}

function allowPlaceholders(node: Node): void {
  const isScalar = ['number', 'integer', 'boolean'].includes(String(node.type)) || 'enum' in node || 'const' in node;
  if (!isScalar) return;
  const strict = { ...node };
  for (const keyword of Object.keys(node)) delete node[keyword];
  node.anyOf = [strict, PLACEHOLDER];
}
