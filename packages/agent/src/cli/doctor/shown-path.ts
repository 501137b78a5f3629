import { isAbsolute, relative } from 'node:path';
import type { Overview } from './overview.ts';

/** A file as people know it: from the directory in which the program runs, where it is below that. */
export function shownPath(path: string, { main }: Pick<Overview, 'main'>): string {
  if (main === undefined || !isAbsolute(path)) return path;
  const short = relative(main.cwd, path);
  return short.startsWith('..') ? path : short;
}

/** `1 call`, `2 calls`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
