import { isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

const NAMESPACE = 'builtin';

/** Those that take milliseconds to load, and whose exports are not asked for all the time. */
const WHEN_ASKED: ReadonlySet<string> = new Set(['child_process', 'crypto', 'http', 'https', 'net', 'tls', 'zlib']);

/**
 * Takes modules of Node.js as `require` gives them. An `import` would read each of their exports at once, and that of `WebSocket` in
 * `node:http` alone loads all of undici.
 */
export const builtinModules: Plugin = {
  name: 'builtin-modules',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, kind }) => {
      if (!isBuiltin(path)) return undefined;
      // Whoever hooks `require` waits for those.
      if (kind === 'require-call') return { path, external: true };
      return { path: path.replace(/^node:/, ''), namespace: NAMESPACE, sideEffects: false };
    });
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
      contents: WHEN_ASKED.has(path) ? whenAsked(path) : `module.exports = require('node:${path}');`,
      loader: 'js',
    }));
  },
};

/** Importers of a CommonJS module get an object with the prototype of its exports, and its own members as they are then: none. */
function whenAsked(path: string): string {
  return `
    let found;
    const get = (_, name) => (found ??= require('node:${path}'))[name];
    module.exports = Object.create(new Proxy({}, { get }));
  `;
}
