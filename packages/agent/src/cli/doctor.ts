import { isAbsolute, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseDuration } from '@crossbridge/core/config';
import { messageOf } from '../report.ts';
import { type Command, EXIT, type Terminal, UsageError } from './command.ts';
import { diagnose } from './doctor/diagnose.ts';
import { runProgram } from './doctor/run-program.ts';
import { reportText } from './doctor/text.ts';

const DEFAULT_FOR = '10s';

/** `crossbridge doctor`: runs a program with the agent and says what is protected in it, what is not, and why. */
export const doctor: Command = {
  help: `Usage: crossbridge doctor [--for DURATION] [--config FILE] [--json] -- COMMAND [ARGUMENT...]

Runs the command with the agent, looks at what happens inside, ends it and says: what is patched, what is not and why, which
retries multiply, which pools and queues are unbounded, what goes around the policies, and whether telemetry gets anywhere.

  --for DURATION  how long it may run, such as 30, 30s or 2m, before it is told to end (SIGTERM); default: ${DEFAULT_FOR}
  --config FILE   default: CROSSBRIDGE_CONFIG, else crossbridge.yml there or in a parent directory
  --json          the report for machines

What the command prints goes to standard error, the report to standard output. Send it some traffic while it runs: what was never
used was never loaded. Exit status: 0 all is well, 1 something needs attention, 2 wrong usage.
`,
  async run(args, terminal) {
    const end = args.indexOf('--');
    const own = end < 0 ? args : args.slice(0, end);
    const { values } = parseArgs({
      args: [...own],
      options: {
        for: { type: 'string', default: DEFAULT_FOR },
        config: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const [program, ...rest] = end < 0 ? [] : args.slice(end + 1);
    if (program === undefined) throw new UsageError('which program? Name it after --, such as: -- node app.js');
    const run = await runProgram({
      program,
      args: rest,
      forMs: durationOf(values.for),
      env: { ...terminal.env, ...configVariable(values.config, terminal) },
      cwd: terminal.cwd,
    });
    if (run.error !== undefined) throw new UsageError(`${program} could not be started: ${run.error}`);
    const report = await diagnose(run);
    terminal.out(values.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
    return report.healthy ? EXIT.ok : EXIT.failed;
  },
};

function durationOf(text: string): number {
  try {
    // A shell has no numbers.
    const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
    return parseDuration(value, { timer: true, aboveZero: true });
  } catch (error) {
    throw new UsageError(`--for: ${messageOf(error)}`);
  }
}

function configVariable(file: string | undefined, { cwd }: Terminal): { CROSSBRIDGE_CONFIG?: string } {
  if (file === undefined) return {};
  return { CROSSBRIDGE_CONFIG: isAbsolute(file) ? file : resolve(cwd, file) };
}
