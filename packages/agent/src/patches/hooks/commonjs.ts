import { createRequire } from 'node:module';
import { Hook } from 'require-in-the-middle';
import { type ModuleFile, moduleFileOf, packageOf } from './module-file.ts';

export type OnCommonJs = (file: ModuleFile, exports: unknown) => void;

const { cache } = createRequire(import.meta.url);

/**
 * Tells of each of these files that is loaded, once for each copy of it, before whoever requires it gets it; at once of those that
 * something loaded before.
 *
 * @param names as `moduleFileOf` gives them
 */
export function watchCommonJs(names: readonly string[], onLoad: OnCommonJs): void {
  const told = new WeakSet<object>();
  const tell = (file: ModuleFile, exports: unknown): void => {
    const known = typeof exports === 'function' || (typeof exports === 'object' && exports !== null);
    if (!known || told.has(exports)) return;
    told.add(exports);
    onLoad(file, exports);
  };
  const packages = new Set<string>();
  const tellLoaded = (): void => {
    for (const { name, directory, exports } of loadedFiles(names)) tell({ name, directory }, exports);
  };
  tellLoaded();
  new Hook([...names], (exports, name, directory = '') => {
    tell({ name, directory }, exports);
    // Nobody tells of a file that an ES module imports itself, but such files require others.
    if (!packages.has(packageOf(name))) tellLoaded();
    packages.add(packageOf(name));
    return exports;
  });
}

function* loadedFiles(names: readonly string[]): Generator<ModuleFile & { readonly exports: unknown }> {
  const packages = names.map(packageOf);
  for (const [path, module] of Object.entries(cache)) {
    if (module?.loaded !== true || !packages.some((name) => path.includes(name.split('/')[0] as string))) continue;
    const file = moduleFileOf(path);
    if (file !== undefined && names.includes(file.name)) yield { ...file, exports: module.exports };
  }
}
