import { readFileSync, statSync } from 'node:fs';
import type { PatchName } from '@crossbridge/core/config';

/** A file is not read further. */
const MOST_BYTES = 50 * 1024 * 1024;

/** Texts of the packages that minifiers leave as they are, and that hardly anything else has. All of one package must be there. */
const TEXTS: Readonly<Partial<Record<PatchName, readonly string[]>>> = {
  pg: [
    'Client has already been connected. You cannot reuse a client.',
    'Cannot use a pool after calling end on the pool',
  ],
  mysql2: ['add new command when connection is in closed state', 'mysql_native_password'],
  ioredis: ['Reached the max retries per request limit (which is ', 'maxRetriesPerRequest'],
  undici: ['UND_ERR_HEADERS_OVERFLOW', 'undici:request:bodySent'],
  openai: ['OPENAI_BASE_URL', 'X-Stainless-Retry-Count'],
  '@anthropic-ai/sdk': ['anthropic-dangerous-direct-browser-access', 'X-Stainless-Retry-Count'],
};

/**
 * The files of an application that contain code of a patched package themselves, by package. What is recognised are texts of the package: a
 * file that quotes all of them is taken for one.
 */
export function bundledIn(files: readonly string[]): ReadonlyMap<PatchName, string> {
  const found = new Map<PatchName, string>();
  for (const file of files) {
    const source = read(file);
    for (const [module, texts] of Object.entries(TEXTS) as [PatchName, readonly string[]][]) {
      if (!found.has(module) && texts.every((text) => source.includes(text))) found.set(module, file);
    }
  }
  return found;
}

function read(file: string): string {
  try {
    return statSync(file).size > MOST_BYTES ? '' : readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
