import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Takes packages in another form than Node.js would: of modules only what is used goes into the bundle. */
export const otherForms: Plugin = {
  name: 'other-forms',
  setup(build) {
    build.onResolve({ filter: /^yaml$/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === otherForms) return undefined;
      const main = await build.resolve(path, { ...from, pluginData: otherForms });
      return { path: join(main.path, '../../browser/dist/index.js'), sideEffects: false };
    });
    // Rolldown left a `require` of its own there, which would look for the package where the bundle is.
    build.onLoad({ filter: /[\\/]instrumentation-http[\\/]dist[\\/]utils\.mjs$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return { contents: text.replace('__require("forwarded-parse")', 'require("forwarded-parse")'), loader: 'js' };
    });
    // Ten kilobytes for a line that nobody has asked for; `NODE_DEBUG` does the same.
    build.onResolve({ filter: /^debug$/ }, ({ path }) => ({ path, namespace: 'debug' }));
    build.onLoad({ filter: /.*/, namespace: 'debug' }, () => ({
      contents: "module.exports = require('node:util').debuglog;",
    }));
  },
};
