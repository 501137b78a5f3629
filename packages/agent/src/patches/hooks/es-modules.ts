import module, { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type ModuleFile, moduleFileOf, packageOf } from './module-file.ts';

export type OnEsModule = (file: ModuleFile, namespace: object) => void;

type ResolveHook = NonNullable<Parameters<typeof module.registerHooks>[0]['resolve']>;
type LoadHook = NonNullable<Parameters<typeof module.registerHooks>[0]['load']>;

/** A Node.js that cannot, and what to do about it. */
export const TOO_OLD: string = `Node.js ${process.versions.node}: use 22.22.3, 24.11.1, 25.1 or later`;

// One copy for all, never part of a bundle: the hooks of another copy would not be told of what this one has wrapped.
const require = createRequire(import.meta.url);

interface ImportInTheMiddle {
  addHook(hook: (url: string, namespace: object) => void): void;
}

interface LoaderHooks {
  applyOptions(options: { readonly shouldInclude: (url: string) => boolean }): void;
  readonly resolveSync: ResolveHook;
  readonly loadSync: LoadHook;
}

/**
 * Tells of each of these files that is imported, before the application has what it exports. Where this Node.js cannot do that, it says so of each
 * of the packages that is imported: a loader thread would do it, but every later import would go through it.
 *
 * The machinery is loaded when one of the packages is imported for the first time, and looks at nothing but these files: wrapping every
 * module breaks those that import each other.
 *
 * @param names as `moduleFileOf` gives them
 * @param onUnable told the name of a package, once
 */
export function watchEsModules(
  names: readonly string[],
  onLoad: OnEsModule,
  onUnable: (packageName: string) => void,
): void {
  if (names.length === 0) return;
  const packages = [...new Set(names.map(packageOf))];
  if (typeof module.registerHooks !== 'function') {
    packages.forEach(onUnable);
    return;
  }
  const unable = new Set<string>();
  let hooks: LoaderHooks | undefined;
  const waiting = module.registerHooks({
    resolve(specifier, context, next) {
      if (hooks === undefined) {
        const imported = isImport(context) ? packageIn(packages, specifier) : undefined;
        if (imported === undefined) return next(specifier, context);
        if (!canWatchImports()) {
          if (!unable.has(imported)) onUnable(imported);
          unable.add(imported);
          return next(specifier, context);
        }
        waiting.deregister();
        hooks = loaderHooks(names, onLoad);
        module.registerHooks({ resolve: hooks.resolveSync, load: hooks.loadSync });
      }
      // This import is on its way already, past the hooks that were added for it.
      return hooks.resolveSync(specifier, context, next);
    },
  });
}

/** Whether this Node.js lets imports be watched in the thread that makes them. */
export function canWatchImports(): boolean {
  const { supportsSyncHooks } = require('import-in-the-middle/supports-sync-hooks.mjs') as {
    supportsSyncHooks(): boolean;
  };
  return supportsSyncHooks();
}

function fileOf(names: readonly string[], url: string): ModuleFile | undefined {
  if (!url.startsWith('file:')) return undefined;
  const file = moduleFileOf(fileURLToPath(url));
  return file !== undefined && names.includes(file.name) ? file : undefined;
}

/** A `require` passes the hooks, too, and with a Set of conditions in Node.js 22.15 and others. */
export function isImport({ conditions }: { readonly conditions?: Iterable<string> }): boolean {
  return [...(conditions ?? [])].includes('import');
}

function packageIn(packages: readonly string[], specifier: string): string | undefined {
  return packages.find(
    (name) => specifier === name || specifier.startsWith(`${name}/`) || specifier.includes(`/node_modules/${name}/`),
  );
}

function loaderHooks(names: readonly string[], onLoad: OnEsModule): LoaderHooks {
  const { addHook } = require('import-in-the-middle') as ImportInTheMiddle;
  const { createHook } = require('import-in-the-middle/create-hook.mjs') as {
    createHook(meta: { readonly url: string }): LoaderHooks;
  };
  const url = pathToFileURL(require.resolve('import-in-the-middle/register-hooks.mjs')).href;
  const hooks = createHook({ url });
  hooks.applyOptions({ shouldInclude: (moduleUrl) => fileOf(names, moduleUrl) !== undefined });
  addHook((moduleUrl, namespace) => {
    const file = fileOf(names, moduleUrl);
    if (file !== undefined) onLoad(file, namespace);
  });
  return hooks;
}
