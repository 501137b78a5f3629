import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { EXIT, type Terminal } from '../command.ts';
import { shippedFiles } from '../shipped-files.ts';
import { demoIn } from './demo.ts';
import type { StackOptions } from './options.ts';

/** The arguments of `docker`, for everything but the demo, or for everything. */
export function composeArguments(file: string, { demo }: Pick<StackOptions, 'demo'>): string[] {
  // Grafana depends on all the others.
  return ['compose', '--file', file, 'up', '--remove-orphans', ...(demo ? ['grafana', 'demo'] : ['grafana'])];
}

/** The variables by which `compose.yml` takes its ports. */
export function composeEnvironment({ ports }: Pick<StackOptions, 'ports'>): Record<string, string> {
  return {
    CROSSBRIDGE_GRAFANA_PORT: `${ports.grafana}`,
    CROSSBRIDGE_PROMETHEUS_PORT: `${ports.prometheus}`,
    CROSSBRIDGE_ALERTMANAGER_PORT: `${ports.alertmanager}`,
    CROSSBRIDGE_OTLP_GRPC_PORT: `${ports.otlpGrpc}`,
    CROSSBRIDGE_OTLP_HTTP_PORT: `${ports.otlpHttp}`,
  };
}

/** Hands over to `docker compose`, which prints for itself and ends on Ctrl-C. Returns its exit code. */
export async function runCompose(options: StackOptions, terminal: Terminal, interrupted: AbortSignal): Promise<number> {
  const files = shippedFiles();
  const fail = (message: string): number => {
    terminal.err(`crossbridge: ${message}\n`);
    return EXIT.failed;
  };
  if (options.demo && demoIn(files) === undefined) return fail('the demo is in the repository, not in the package');
  if (spawnSync('docker', ['compose', 'version'], { env: terminal.env, stdio: 'ignore' }).status !== 0) {
    return fail('docker compose is not installed; crossbridge stack --native does without it');
  }
  const file = join(files, 'collector', 'compose.yml');
  const docker = spawn('docker', composeArguments(file, options), {
    env: { ...terminal.env, ...composeEnvironment(options) },
    cwd: terminal.cwd,
    stdio: 'inherit',
  });
  // A terminal tells docker, too; whoever sends a signal to this process alone does not.
  const stop = (): void => void docker.kill('SIGINT');
  interrupted.addEventListener('abort', stop, { once: true });
  try {
    const [code] = (await once(docker, 'close')) as [number | null];
    return interrupted.aborted || code === 0 ? EXIT.ok : fail(`docker compose has ended with exit code ${code}`);
  } finally {
    interrupted.removeEventListener('abort', stop);
  }
}
