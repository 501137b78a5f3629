import * as z from 'zod';
import { DEFAULT_PATCHES } from '../defaults.ts';
import type { PatchesInput } from '../input.ts';
import type { PatchName } from '../types.ts';
import { DESCRIPTIONS } from './descriptions.ts';
import type { Dialect } from './dialect.ts';
import { expected, orNone, text } from './fields.ts';
import { section } from './section.ts';

export function patches(dialect: Dialect): z.ZodType<PatchesInput> {
  return section(
    dialect,
    {
      fetch: patch(dialect, 'fetch'),
      undici: patch(dialect, 'undici'),
      openai: patch(dialect, 'openai'),
      '@anthropic-ai/sdk': patch(dialect, '@anthropic-ai/sdk'),
      pg: patch(dialect, 'pg'),
      mysql2: patch(dialect, 'mysql2'),
      ioredis: patch(dialect, 'ioredis'),
    },
    DESCRIPTIONS.patches,
  );
}

function patch(dialect: Dialect, module: PatchName): z.ZodType<PatchesInput[PatchName]> {
  const name = text('the name of an operation');
  // Where calls have no operation unless an upstream matches, null says so, as a finished config does.
  const operation =
    DEFAULT_PATCHES[module] !== false && DEFAULT_PATCHES[module].operation === null ? orNone(name) : name;
  const fields = section(dialect, { operation }, DESCRIPTIONS.patch);
  return z.union([z.boolean(), fields], expected('true, false or a map with operation'));
}
