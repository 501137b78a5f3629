import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Terminal } from '../command.ts';
import type { ChildOptions } from './child.ts';
import type { StackOptions } from './options.ts';

/** How the demo of the repository is started so that it pushes to the stack; undefined where there is none. */
export function demoIn(
  directory: string,
): ((options: StackOptions, terminal: Pick<Terminal, 'env'>) => ChildOptions) | undefined {
  if (!existsSync(join(directory, 'demo', 'main.ts'))) return undefined;
  return ({ ports, scrapeSeconds }, { env }) => ({
    title: 'the demo',
    command: process.execPath,
    args: ['demo/main.ts', '--keep'],
    cwd: directory,
    env: {
      ...env,
      OTEL_SERVICE_NAME: 'demo',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${ports.otlpHttp}`,
      OTEL_METRIC_EXPORT_INTERVAL: `${scrapeSeconds * 1000}`,
    },
  });
}
