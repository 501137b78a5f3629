import { anthropicPatch } from './anthropic.ts';
import { ioredisPatch } from './ioredis.ts';
import { mysql2Patch } from './mysql2.ts';
import { openaiPatch } from './openai.ts';
import type { ModulePatch } from './patch.ts';
import { pgPatch } from './pg.ts';
import { undiciPatch } from './undici.ts';

/** The modules that the agent puts under policies when they are loaded. */
export const MODULE_PATCHES: readonly ModulePatch[] = [
  undiciPatch,
  openaiPatch,
  anthropicPatch,
  pgPatch,
  mysql2Patch,
  ioredisPatch,
];
