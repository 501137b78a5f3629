import { lstatSync, readlinkSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';

/** As many links in a row as Linux follows. */
const MOST_LINKS = 40;

/** The names that matter, by the directory that holds them. */
export type WatchedNames = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Where a change can make `file` another file: its own directory, and that of every symbolic link on the way to it, such as
 * the `..data` that Kubernetes swaps. Where the way ends because something is missing, the directory it is missing from.
 */
export function watchedNames(file: string): WatchedNames {
  const names = new Map<string, Set<string>>();
  const absolute = resolve(file);
  let { root: directory } = parse(absolute);
  const steps = stepsOf(absolute);
  let links = 0;
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    const here = join(directory, step);
    const link = linkAt(here);
    if (link === undefined || link.target !== undefined || steps.length === 0) {
      const known = names.get(directory);
      if (known === undefined) names.set(directory, new Set([step]));
      else known.add(step);
    }
    if (link === undefined) break;
    if (link.target === undefined) directory = here;
    else {
      if (++links > MOST_LINKS) break;
      const target = resolve(directory, link.target);
      directory = parse(target).root;
      steps.unshift(...stepsOf(target));
    }
  }
  return names;
}

function stepsOf(absolute: string): string[] {
  const { root } = parse(absolute);
  return absolute.slice(root.length).split(/[\\/]/).filter(Boolean);
}

/** Undefined when there is nothing; a target when there is a link. */
function linkAt(path: string): { readonly target: string | undefined } | undefined {
  try {
    return { target: lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined };
  } catch {
    return undefined;
  }
}
