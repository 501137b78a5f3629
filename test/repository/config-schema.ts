/**
 * The JSON Schema of `crossbridge.yml` that the core package ships for editors. `node test/repository/config-schema.ts`
 * writes it; a test compares.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crossbridgeJsonSchema } from '../../packages/core/src/config/json-schema.ts';

export const SCHEMA: string = fileURLToPath(new URL('../../packages/core/crossbridge.schema.json', import.meta.url));

/** The text of the schema as the formatter leaves it: every map over several lines, short lists on one. */
export function schemaText(): string {
  return `${format(crossbridgeJsonSchema(), '', 0)}\n`;
}

const WIDTH = 120;

/** `before` is how much of the line the key takes. */
function format(value: unknown, indent: string, before: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const line = `[${value.map((item) => format(item, inner, 0)).join(', ')}]`;
    if (!line.includes('\n') && indent.length + before + line.length + 1 <= WIDTH) return line;
    return `[\n${value.map((item) => inner + format(item, inner, 0)).join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).map(([key, own]) => {
    const name = `${JSON.stringify(key)}: `;
    return `${inner}${name}${format(own, inner, name.length)}`;
  });
  return entries.length === 0 ? '{}' : `{\n${entries.join(',\n')}\n${indent}}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(SCHEMA, schemaText());
