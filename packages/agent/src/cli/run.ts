import { readFileSync } from 'node:fs';
import { ConfigError } from '@crossbridge/core/config';
import { EXIT, type Terminal, UsageError } from './command.ts';
import { COMMANDS, type CommandEntry } from './commands.ts';

/** Runs `crossbridge` with the arguments after its name. Returns the exit code. */
export async function runCli(
  args: readonly string[],
  terminal: Terminal,
  commands: Readonly<Record<string, CommandEntry>> = COMMANDS,
): Promise<number> {
  const [name = '--help', ...rest] = args;
  if (name === '--help' || name === '-h' || name === 'help') return help(rest[0], terminal, commands);
  if (name === '--version' || name === '-v') return version(terminal);
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) return refuse(unknown(name, commands), 'crossbridge --help', terminal);
  const command = await entry.load();
  // What follows -- is not ours.
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (own.includes('--help') || own.includes('-h')) return help(name, terminal, commands);
  try {
    return await command.run(rest, terminal);
  } catch (error) {
    if (isUsageError(error)) return refuse(error.message, `crossbridge ${name} --help`, terminal);
    if (!(error instanceof ConfigError)) throw error;
    terminal.err(`crossbridge: ${error.message}\n`);
    return EXIT.config;
  }
}

async function help(
  name: string | undefined,
  terminal: Terminal,
  commands: Readonly<Record<string, CommandEntry>>,
): Promise<number> {
  if (name === undefined) {
    const width = Math.max(...Object.keys(commands).map(({ length }) => length));
    const list = Object.entries(commands).map(([each, { summary }]) => `  ${each.padEnd(width)}  ${summary}\n`);
    terminal.out(
      `Usage: crossbridge <command> [options]\n\nCommands:\n${list.join('')}\n` +
        'crossbridge <command> --help says more of one of them, crossbridge --version which version this is.\n',
    );
    return EXIT.ok;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) return refuse(unknown(name, commands), 'crossbridge --help', terminal);
  terminal.out((await entry.load()).help);
  return EXIT.ok;
}

function version(terminal: Terminal): number {
  const file = new URL('../../package.json', import.meta.url);
  terminal.out(`${(JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version}\n`);
  return EXIT.ok;
}

function unknown(name: string, commands: Readonly<Record<string, CommandEntry>>): string {
  return `there is no command '${name}'; there is ${Object.keys(commands).join(', ')}`;
}

function refuse(message: string, where: string, terminal: Terminal): number {
  terminal.err(`crossbridge: ${message}. See ${where}\n`);
  return EXIT.usage;
}

/** Of a command, or of `parseArgs`, whose errors have codes of their own. */
function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS_');
}
