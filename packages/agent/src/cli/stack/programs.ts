import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program of the native stack. */
export interface ProgramName {
  /** Names the program itself; wins over the PATH. */
  readonly variable: string;
  /** What it is called on the PATH, best first. */
  readonly commands: readonly string[];
  readonly title: string;
  /** Where to get it. */
  readonly from: string;
}

type Name = 'prometheus' | 'alertmanager' | 'collector';

const PROGRAMS: Readonly<Record<Name, ProgramName>> = {
  prometheus: {
    variable: 'CROSSBRIDGE_PROMETHEUS',
    commands: ['prometheus'],
    title: 'Prometheus',
    from: 'apt install prometheus, or https://prometheus.io/download',
  },
  alertmanager: {
    variable: 'CROSSBRIDGE_ALERTMANAGER',
    commands: ['alertmanager', 'prometheus-alertmanager'],
    title: 'Alertmanager',
    from: 'apt install prometheus-alertmanager, or https://prometheus.io/download',
  },
  collector: {
    variable: 'CROSSBRIDGE_OTELCOL',
    commands: ['otelcol-crossbridge', 'otelcol-contrib'],
    title: 'the OpenTelemetry Collector (otelcol-contrib)',
    from: 'https://github.com/open-telemetry/opentelemetry-collector-releases/releases, or built from collector/builder.yaml',
  },
};

export type Programs = Readonly<Record<Name, string>>;

/** The path of each program, or what is missing, in words. */
export function findPrograms(
  env: Readonly<Record<string, string | undefined>>,
): { readonly found: Programs } | { readonly missing: string } {
  const entries = Object.entries(PROGRAMS).map(([name, program]) => [name, find(program, env)] as const);
  const missing = entries.flatMap(([name, path]) => {
    const { title, variable, from } = PROGRAMS[name as Name];
    return path === undefined ? [`  ${title}: ${from}; or say where it is with ${variable}`] : [];
  });
  if (missing.length > 0) return { missing: missing.join('\n') };
  return { found: Object.fromEntries(entries) as unknown as Programs };
}

function find(
  { variable, commands }: ProgramName,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const named = env[variable];
  if (named) return isExecutable(named) ? named : undefined;
  // The first command wins over the first directory: the better program may be further back.
  const directories = (env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  return commands.flatMap((command) => directories.map((directory) => join(directory, command))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
