import type { ModulePatch } from './patch.ts';

/** The modules that the agent puts under policies when they are loaded. */
export const MODULE_PATCHES: readonly ModulePatch[] = [];
