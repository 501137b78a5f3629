import * as z from 'zod';
import { wholeYamlSchema } from './schema/runtime.ts';

/** A JSON Schema (draft 2020-12), as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown };

type Node = Record<string, unknown>;

const PLACEHOLDER = { $ref: '#/$defs/placeholder' };
const DEFINITIONS = {
  placeholder: {
    description: 'The value of an environment variable, with or without a default.',
    type: 'string',
    pattern: '\\$\\{',
  },
};

/**
 * The JSON Schema of `crossbridge.yml`, for editors. It allows what the loader allows: other sections, and placeholders
 * such as `${PORT:-9464}` in place of numbers, booleans and words. Rules between values are left to the loader.
 */
export function crossbridgeJsonSchema(): JsonSchema {
  const { $schema, description: _none, ...runtime } = z.toJSONSchema(wholeYamlSchema(), { io: 'input' }) as Node;
  return {
    $schema,
    title: 'crossbridge.yml',
    description: 'What CrossBridge does with the outgoing calls of a service.',
    type: ['object', 'null'],
    properties: {
      runtime: {
        ...forEditors(runtime),
        description: 'The sections of CrossBridge. Others are left to whoever owns them.',
        type: ['object', 'null'],
        additionalProperties: true,
      },
    },
    $defs: DEFINITIONS,
  };
}

/** The node and all within it, said the way an editor shows best. */
function forEditors(node: Node): Node {
  const own = joined(withoutSafeIntegers(mapped(node)));
  if (Array.isArray(own.anyOf)) return { ...own, anyOf: unique(own.anyOf.flatMap(alternatives)) };
  return isScalar(own) ? withPlaceholder(own) : own;
}

/** The schemas within a node, each for editors. */
function mapped(node: Node): Node {
  const result: Node = {};
  for (const [keyword, value] of Object.entries(node)) {
    if (keyword === 'properties') result[keyword] = valuesForEditors(value as Record<string, Node>);
    else if (keyword === 'anyOf' || keyword === 'allOf') result[keyword] = (value as Node[]).map(forEditors);
    else if (keyword === 'items' || keyword === 'additionalProperties') result[keyword] = schemaForEditors(value);
    else result[keyword] = value;
  }
  return result;
}

function valuesForEditors(schemas: Record<string, Node>): Record<string, Node> {
  return Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, forEditors(schema)]));
}

function schemaForEditors(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? forEditors(value as Node) : value;
}

/** The retry section is an intersection of fixed keys and `<name>_policy`; JSON Schema says that in one object. */
function joined(node: Node): Node {
  const { allOf, ...rest } = node;
  const [fixed, policies] = (allOf ?? []) as Node[];
  if (fixed === undefined || policies === undefined) return node;
  const { pattern } = policies.propertyNames as { pattern: string };
  return { ...rest, ...fixed, patternProperties: { [pattern]: policies.additionalProperties } };
}

function withoutSafeIntegers({ minimum, maximum, ...node }: Node): Node {
  const bound = (value: unknown): boolean => value !== undefined && Math.abs(Number(value)) < Number.MAX_SAFE_INTEGER;
  return { ...node, ...(bound(minimum) ? { minimum } : {}), ...(bound(maximum) ? { maximum } : {}) };
}

function isScalar({ type, enum: words, const: word, pattern }: Node): boolean {
  if ([type].flat().some((one) => ['number', 'integer', 'boolean'].includes(String(one)))) return true;
  return words !== undefined || word !== undefined || (pattern !== undefined && pattern !== '\\S');
}

function withPlaceholder({ description, ...strict }: Node): Node {
  return { ...(description === undefined ? {} : { description }), anyOf: [strict, PLACEHOLDER] };
}

/** Alternatives among alternatives are alternatives, too. */
function alternatives(node: Node): Node[] {
  return Array.isArray(node.anyOf) && Object.keys(node).length === 1 ? (node.anyOf as Node[]) : [node];
}

function unique(nodes: readonly Node[]): Node[] {
  return [...new Map(nodes.map((node) => [JSON.stringify(node), node])).values()];
}
