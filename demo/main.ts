import { interruption } from './session/interruption.ts';
import { parseOptions, USAGE, UsageError } from './session/options.ts';
import { runDemo } from './session/run.ts';
import { Screen } from './session/screen.ts';

// Whoever reads a pipe may leave early (`npm run demo | head`): nobody is left to run for, and the exit kills the children.
process.stdout.on('error', () => process.exit(1));

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) console.log(USAGE);
  else process.exitCode = await runDemo(options, new Screen(process.stdout), interruption());
} catch (error) {
  const isUsage = error instanceof UsageError;
  console.error(isUsage ? `${error.message}\n\n${USAGE}` : error instanceof Error ? error.message : error);
  process.exitCode = isUsage ? 2 : 1;
}
