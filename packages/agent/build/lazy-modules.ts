import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const NAMESPACE = 'lazy';
const EXPORTER = /^@opentelemetry\/exporter-(?:prometheus|zipkin|(?:logs|metrics|trace)-otlp-(?:grpc|http|proto))$/;
/** Not part of the bundle: 0.3 MB that few ask for, and files that it reads at run time. */
const GRPC = /-grpc$/;
const IMPORT_HOOK = 'import-in-the-middle';
/** Whose imports are served lazily; all others get the modules themselves. */
const IMPORTERS =
  /[\\/](?:sdk-node[\\/]dist[\\/](?:sdk|utils)\.mjs|instrumentation[\\/]dist[\\/].*|agent[\\/]src[\\/].*)$/;

/** Loads exporters, and what hooks imports, when the first of them is made: nobody needs them all, and most need none. */
export const lazyModules: Plugin = {
  name: 'lazy-modules',
  setup(build) {
    build.onResolve({ filter: EXPORTER }, ({ path, importer, namespace, resolveDir }) => {
      if (namespace === NAMESPACE) return GRPC.test(path) ? { path, external: true } : undefined;
      if (!IMPORTERS.test(importer)) return undefined;
      return { path, namespace: NAMESPACE, sideEffects: false, pluginData: resolveDir };
    });
    build.onResolve({ filter: new RegExp(`^${IMPORT_HOOK}$`) }, ({ path, kind, resolveDir }) =>
      kind === 'import-statement'
        ? { path, namespace: NAMESPACE, sideEffects: false, pluginData: resolveDir }
        : { path, external: true },
    );
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path, pluginData }) => ({
      resolveDir: pluginData as string,
      contents: `
        export class ${exportOf(path)} {
          constructor(...args) {
            return new (require('${path}').${exportOf(path)})(...args);
          }
        }
      `,
    }));
  },
};

/**
 * Lets what our own files `require` be part of the bundle, each evaluated when it is asked for: the function that `createRequire` made is the
 * `require` of the bundle. Packages are taken in the form for `import`, of which only what is used goes in.
 */
export const ownRequire: Plugin = {
  name: 'own-require',
  setup(build) {
    build.onLoad({ filter: /[\\/]agent[\\/]src[\\/]sdk[\\/].*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return { contents: text.replace('const require = createRequire(import.meta.url);', ''), loader: 'ts' };
    });
    build.onResolve({ filter: /^@opentelemetry\// }, ({ path, kind, pluginData, ...from }) => {
      if (kind !== 'require-call' || pluginData === ownRequire || GRPC.test(path)) return undefined;
      return build.resolve(path, { ...from, kind: 'import-statement', pluginData: ownRequire });
    });
  },
};

function exportOf(path: string): string {
  if (path === IMPORT_HOOK) return 'Hook';
  if (path.endsWith('prometheus')) return 'PrometheusExporter';
  if (path.endsWith('zipkin')) return 'ZipkinExporter';
  const [, signal = ''] = /exporter-(\w+)-/.exec(path) ?? [];
  return `OTLP${{ logs: 'Log', metrics: 'Metric' }[signal] ?? 'Trace'}Exporter`;
}
