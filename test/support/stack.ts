import { fileURLToPath } from 'node:url';
import { serverPath } from './servers.ts';
import { freePorts, type ServerProcess, startProcess, waitFor } from './servers-process.ts';

const MAIN = fileURLToPath(new URL('../../packages/agent/src/cli/main.ts', import.meta.url));

export interface RunningStack extends ServerProcess {
  /** Base URLs. */
  readonly prometheus: string;
  readonly alertmanager: string;
  readonly otlpHttp: string;
  /** Where its data is. */
  readonly data: string;
  /** How it ended, `0` or `SIGKILL`; never resolves before that. */
  ending(): Promise<string>;
}

/** The variables by which the stack finds its programs. */
export function stackPrograms(): Record<string, string> {
  return {
    CROSSBRIDGE_PROMETHEUS: serverPath('prometheus'),
    CROSSBRIDGE_ALERTMANAGER: serverPath('alertmanager'),
    CROSSBRIDGE_OTELCOL: serverPath('otelcol'),
  };
}

/** Starts `crossbridge stack --native` on free ports, from its sources, with a scrape every second, and waits until all is ready. */
export async function startStack(args: readonly string[] = []): Promise<RunningStack> {
  const [prometheus, alertmanager, otlpHttp, otlpGrpc] = await freePorts(4);
  const ports = {
    'prometheus-port': prometheus,
    'alertmanager-port': alertmanager,
    'otlp-http-port': otlpHttp,
    'otlp-grpc-port': otlpGrpc,
  };
  const server = startProcess(
    process.execPath,
    [
      ...['--conditions=crossbridge-source', MAIN, 'stack', '--native', '--scrape-interval', '1', ...args],
      ...Object.entries(ports).flatMap(([option, port]) => [`--${option}`, `${port}`]),
    ],
    {
      stopSignal: 'SIGINT',
      env: {
        // The demo of the stack is started from its sources, too.
        NODE_OPTIONS: '--conditions=crossbridge-source',
        ...stackPrograms(),
      },
    },
  );
  try {
    const data = await waitFor(() => /^ {2}data +([^,\n]+)/m.exec(server.log())?.[1], {
      what: 'the stack to be ready',
      timeoutMs: 90_000,
      crashed: server.crashed,
      log: server.log,
    });
    return {
      ...server,
      prometheus: `http://127.0.0.1:${prometheus}`,
      alertmanager: `http://127.0.0.1:${alertmanager}`,
      otlpHttp: `http://127.0.0.1:${otlpHttp}`,
      data,
      ending: () =>
        server.crashed.catch((error: Error) => / ended \((\w+)\)/.exec(error.message)?.[1] ?? error.message),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
