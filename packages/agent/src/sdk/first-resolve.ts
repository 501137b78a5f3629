import module from 'node:module';

/** What is to be done before any of some modules is loaded. */
export interface Maker {
  /** Modules of Node.js (without `node:`), or packages. */
  readonly modules: readonly string[];
  make(): void;
}

/**
 * Has each of them made, once, when one of its modules, or a file of such a package, is about to be loaded for the first time, by `require` or by
 * `import`. What the agent and its SDK load for themselves does not count. Where this Node.js cannot tell, all are made at once.
 *
 * @returns makes nothing from now on
 */
export function onFirstResolve(makers: readonly Maker[]): () => void {
  if (typeof module.registerHooks !== 'function') {
    for (const maker of makers) maker.make();
    return () => {};
  }
  const waiting = new Map(makers.flatMap((maker) => maker.modules.map((name) => [name, maker] as const)));
  const hook = module.registerHooks({
    resolve(specifier, context, next) {
      const maker = waiting.size === 0 || isOurs(context.parentURL) ? undefined : waiting.get(nameIn(specifier));
      if (maker !== undefined) {
        // First of all: it may load its modules itself.
        for (const name of maker.modules) waiting.delete(name);
        maker.make();
        if (waiting.size === 0) hook.deregister();
      }
      return next(specifier, context);
    },
  });
  return () => {
    if (waiting.size > 0) hook.deregister();
    waiting.clear();
  };
}

/** The directory of the agent's own code. */
const OURS = new URL('..', import.meta.url).href;

function isOurs(parent: string | undefined): boolean {
  return parent !== undefined && (parent.startsWith(OURS) || parent.includes('/node_modules/@opentelemetry/'));
}

/** The package, or the module of Node.js, that a specifier is about; an address inside `node_modules` included. */
function nameIn(specifier: string): string {
  const at = specifier.lastIndexOf('/node_modules/');
  const inside = at < 0 ? specifier : specifier.slice(at + '/node_modules/'.length);
  if (inside.startsWith('node:')) return inside.slice('node:'.length);
  const scopeEnd = inside.startsWith('@') ? inside.indexOf('/') + 1 : 0;
  const end = inside.indexOf('/', scopeEnd);
  return end < 0 ? inside : inside.slice(0, end);
}
