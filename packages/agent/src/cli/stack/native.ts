import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, type Terminal } from '../command.ts';
import { shippedFiles } from '../shipped-files.ts';
import { Child, ChildEndedError } from './child.ts';
import { demoIn } from './demo.ts';
import { freePorts, isTaken } from './free-ports.ts';
import { type InnerPorts, type PlannedProgram, planNative } from './native-plan.ts';
import type { StackOptions } from './options.ts';
import { findPrograms, type Programs } from './programs.ts';
import { prometheusConfig } from './prometheus-config.ts';

/** How long a program may take until it is ready. */
const START_LIMIT_MS = 60_000;
const ASK_EVERY_MS = 100;

/**
 * Runs Prometheus, Alertmanager and the Collector until `interrupted` or until one of them ends. Returns the exit code. None of them
 * outlives it.
 */
export async function runNative(options: StackOptions, terminal: Terminal, interrupted: AbortSignal): Promise<number> {
  const programs = findPrograms(terminal.env);
  if ('missing' in programs)
    return fail(terminal, `the native stack needs programs that are not here:\n${programs.missing}`);
  const taken = await takenPort(options);
  if (taken !== undefined) return fail(terminal, taken);
  const files = shippedFiles();
  const demo = options.demo ? demoIn(files) : undefined;
  if (options.demo && demo === undefined) return fail(terminal, 'the demo is in the repository, not in the package');
  const data = dataDirectory(options, terminal);
  const children: Child[] = [];
  try {
    const [services = 0, telemetry = 0, health = 0] = await freePorts(3);
    const plan = prepare(options, {
      programs: programs.found,
      files,
      data: data.path,
      inner: { services, telemetry, health },
    });
    for (const program of plan) children.push(await started(program, terminal, interrupted, children));
    if (demo !== undefined) children.push(new Child(demo(options, terminal)));
    if (!interrupted.aborted) terminal.out(introduction(options, data));
    await Promise.race([aborted(interrupted), ...children.map(({ ended }) => ended)]);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof ChildEndedError) return fail(terminal, error.message);
    if (interrupted.aborted) return EXIT.ok;
    throw error;
  } finally {
    // Whoever sends to another ends before it.
    for (const child of children.toReversed()) await child.stop();
    data.remove();
  }
}

function fail(terminal: Terminal, message: string): number {
  terminal.err(`crossbridge: ${message}\n`);
  return EXIT.failed;
}

const PORT_OPTIONS = {
  prometheus: '--prometheus-port',
  alertmanager: '--alertmanager-port',
  otlpGrpc: '--otlp-grpc-port',
  otlpHttp: '--otlp-http-port',
} as const;

async function takenPort({ ports }: StackOptions): Promise<string | undefined> {
  for (const [name, option] of Object.entries(PORT_OPTIONS)) {
    const port = ports[name as keyof typeof PORT_OPTIONS];
    if (await isTaken(port)) return `something listens on 127.0.0.1:${port} already; choose another with ${option}`;
  }
  return undefined;
}

interface DataDirectory {
  readonly path: string;
  readonly isKept: boolean;
  remove(): void;
}

function dataDirectory({ data }: StackOptions, { cwd }: Terminal): DataDirectory {
  if (data === undefined) {
    const path = mkdtempSync(join(tmpdir(), 'crossbridge-stack-'));
    return { path, isKept: false, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
  }
  const path = resolve(cwd, data);
  if (!existsSync(path)) mkdirSync(path, { recursive: true });
  return { path, isKept: true, remove: () => {} };
}

interface Places {
  readonly programs: Programs;
  readonly files: string;
  readonly data: string;
  readonly inner: InnerPorts;
}

function prepare(options: StackOptions, places: Places): PlannedProgram[] {
  const { ports, scrapeSeconds, targets } = options;
  const { files, data, inner } = places;
  const config = join(data, 'prometheus.yml');
  writeFileSync(
    config,
    prometheusConfig({
      scrapeSeconds,
      rules: join(files, 'dashboards', 'rules', 'crossbridge.yml'),
      alertmanager: `127.0.0.1:${ports.alertmanager}`,
      services: `127.0.0.1:${inner.services}`,
      collector: `127.0.0.1:${inner.telemetry}`,
      targets,
    }),
  );
  return planNative(options, { ...places, prometheusConfig: config });
}

/** Starts a program and waits until it is ready. It is stopped when it does not get there. */
async function started(
  program: PlannedProgram,
  { env, cwd, err }: Terminal,
  interrupted: AbortSignal,
  others: readonly Child[],
): Promise<Child> {
  const { title, command, args, ready } = program;
  const child = new Child({ title, command, args, env: { ...env, ...program.env }, cwd });
  try {
    const failing = Promise.race([child, ...others].map(({ ended }) => ended));
    const until = performance.now() + START_LIMIT_MS;
    while (!(await Promise.race([answers(ready), failing]))) {
      interrupted.throwIfAborted();
      if (performance.now() > until) {
        throw new ChildEndedError(`${title} is not ready after a minute:\n${child.lastWords()}`);
      }
      await Promise.race([sleep(ASK_EVERY_MS), failing]);
    }
    err(`crossbridge: ${title} is ready\n`);
    return child;
  } catch (error) {
    await child.stop();
    throw error;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function introduction({ ports, targets, traces, demo }: StackOptions, data: DataDirectory): string {
  const prometheus = `http://127.0.0.1:${ports.prometheus}`;
  return `
  Prometheus     ${prometheus}/graph   /alerts   /targets
  Alertmanager   http://127.0.0.1:${ports.alertmanager}
  OTLP           http://127.0.0.1:${ports.otlpHttp} (HTTP), 127.0.0.1:${ports.otlpGrpc} (gRPC)
  scraped        ${[...targets, ...(demo ? ['the demo'] : []), 'what is pushed to the Collector'].join(', ')}
  traces         ${traces ?? 'counted as metrics and then dropped; --traces URL passes them on'}
  data           ${data.path}${data.isKept ? '' : ', removed at the end'}

Let a service push:  OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:${ports.otlpHttp} node --import @crossbridge/agent server.js
Check every panel:   crossbridge verify --prometheus ${prometheus}

It goes on until you press Ctrl-C.
`;
}
