import { fileURLToPath } from 'node:url';
import { type ServerProcess, startProcess, waitFor } from './servers-process.ts';

export interface RunningDemo extends ServerProcess {
  /** `host:port` of the agent's admin endpoint. */
  readonly admin: string;
}

/**
 * Starts the demo (a service under the agent, an upstream that fails in every way, a load) from its sources, and waits
 * until it says where its metrics are. It goes on until it is stopped. `env` is added to the environment, `flags` to the
 * command line.
 */
export async function startDemo(
  seconds: number,
  env: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<RunningDemo> {
  const demo = startProcess(process.execPath, ['demo/main.ts', '--seconds', `${seconds}`, '--keep', ...flags], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { NODE_OPTIONS: '--conditions=crossbridge-source', ...env },
  });
  try {
    const admin = await waitFor(() => /http:\/\/(127\.0\.0\.1:\d+)\/metrics/.exec(demo.log())?.[1], {
      what: 'the demo to say where its metrics are',
      crashed: demo.crashed,
      log: demo.log,
    });
    return { ...demo, admin };
  } catch (error) {
    await demo.stop();
    throw error;
  }
}
