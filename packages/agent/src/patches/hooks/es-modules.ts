import { createRequire, registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type ModuleFile, moduleFileOf, packageOf } from './module-file.ts';

export type OnEsModule = (file: ModuleFile, namespace: object) => void;

type ResolveHook = NonNullable<Parameters<typeof registerHooks>[0]['resolve']>;
type LoadHook = NonNullable<Parameters<typeof registerHooks>[0]['load']>;

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
 * Tells of each of these files that is imported, before the application has what it exports. False, and nothing is watched, where this Node.js
 * cannot do that without a loader thread, through which every later import would go.
 *
 * The machinery is loaded when one of the packages is imported for the first time, and looks at nothing but these files: wrapping every
 * module breaks those that import each other.
 *
 * @param names as `moduleFileOf` gives them
 */
export function watchEsModules(names: readonly string[], onLoad: OnEsModule): boolean {
  const { supportsSyncHooks } = require('import-in-the-middle/supports-sync-hooks.mjs') as {
    supportsSyncHooks(): boolean;
  };
  if (!supportsSyncHooks()) return false;
  const packages = [...new Set(names.map(packageOf))];
  let hooks: LoaderHooks | undefined;
  const waiting = registerHooks({
    resolve(specifier, context, next) {
      if (hooks === undefined && !(context.conditions?.includes('import') && mayBeOf(packages, specifier))) {
        return next(specifier, context);
      }
      if (hooks === undefined) {
        hooks = loaderHooks(names, onLoad);
        registerHooks({ resolve: hooks.resolveSync, load: hooks.loadSync });
        waiting.deregister();
      }
      // This import is on its way already, past the hooks that were added for it.
      return hooks.resolveSync(specifier, context, next);
    },
  });
  return true;
}

function fileOf(names: readonly string[], url: string): ModuleFile | undefined {
  if (!url.startsWith('file:')) return undefined;
  const file = moduleFileOf(fileURLToPath(url));
  return file !== undefined && names.includes(file.name) ? file : undefined;
}

function mayBeOf(packages: readonly string[], specifier: string): boolean {
  return packages.some(
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
