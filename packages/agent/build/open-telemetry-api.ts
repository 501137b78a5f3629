import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

const NAME = '@opentelemetry/api';
const NAMESPACE = 'api';

/**
 * Has the API of OpenTelemetry in the bundle, for that of the same version, which takes longer to load than the rest of the SDK. Copies of one
 * version share what is registered; a newer one would not take what an older one has registered, so where another is installed it is used.
 */
export const openTelemetryApi: Plugin = {
  name: 'open-telemetry-api',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${NAME}$`) }, ({ path, namespace, pluginData, resolveDir, importer }) => {
      if (pluginData === openTelemetryApi) return undefined;
      if (namespace !== NAMESPACE) return { path, namespace: NAMESPACE, pluginData: resolveDir };
      const from = { resolveDir, importer, kind: 'import-statement', pluginData: openTelemetryApi } as const;
      return build.resolve(path, from);
    });
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ pluginData }) => {
      const resolveDir = pluginData as string;
      const entry = await build.resolve(NAME, { resolveDir, kind: 'import-statement', pluginData: openTelemetryApi });
      const [directory] = /^.*@opentelemetry.api(?=[\\/])/.exec(entry.path) ?? [entry.path];
      const { version } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { version: string };
      return { resolveDir, contents: contentsFor(version) };
    });
  },
};

/** The prototype of what is exported, so that importers copy no members. */
function contentsFor(version: string): string {
  return `
    const { readFileSync } = require('node:fs');
    function other() {
      try {
        const directory = /^.*@opentelemetry.api(?=[\\\\/])/.exec($require.resolve('${NAME}'))[0];
        const { version } = JSON.parse(readFileSync(directory + '/package.json', 'utf8'));
        return version === '${version}' ? undefined : $require('${NAME}');
      } catch {
        return undefined;
      }
    }
    module.exports = Object.create(other() ?? require('${NAME}'));
  `;
}
