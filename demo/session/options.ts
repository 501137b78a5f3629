import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** What the demo was asked to do. */
export interface DemoOptions {
  /** Length of the run; the upstream's faults are stretched over it. */
  readonly seconds: number;
  readonly seed: number;
  /** Requests per second on the service. */
  readonly rate: number;
  /** Go on after the summary, until Ctrl-C. */
  readonly keep: boolean;
  /** Run the same service without CrossBridge. */
  readonly without: boolean;
  /** Configuration to use instead of the demo's own; undefined for that. */
  readonly config: string | undefined;
}

export const USAGE = `Usage: npm run demo -- [options]

Runs a service, an upstream that misbehaves and a load, and shows what CrossBridge does about it.

  --seconds N   length of the run, 5 to 3600 (default 30)
  --seed N      seed of the faults and of the load, 0 to 4294967295 (default 1)
  --rate N      requests per second on the service, 1 to 500 (default 60)
  --keep        go on after the summary, until Ctrl-C
  --without     run the same service without CrossBridge, to compare
  --config F    use that crossbridge.yml instead of demo/crossbridge.yml
  --help        show this text
`;

/** The arguments cannot be used; `message` says which and what was expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reads the command line; null when help was asked for. Throws a {@link UsageError}. */
export function parseOptions(args: readonly string[]): DemoOptions | null {
  const values = read(args);
  if (values.help === true) return null;
  if (values.keep === true && values.without === true) {
    throw new UsageError('--keep and --without exclude each other: without CrossBridge there is nothing to look at');
  }
  if (values.config !== undefined && values.without === true) {
    throw new UsageError(
      '--config and --without exclude each other: without CrossBridge nothing reads a configuration',
    );
  }
  return {
    seconds: numberIn('--seconds', values.seconds, { default: 30, from: 5, to: 3_600 }),
    seed: numberIn('--seed', values.seed, { default: 1, from: 0, to: 2 ** 32 - 1 }),
    rate: numberIn('--rate', values.rate, { default: 60, from: 1, to: 500 }),
    keep: values.keep === true,
    without: values.without === true,
    config: typeof values.config === 'string' ? resolve(values.config) : undefined,
  };
}

function read(args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seconds: { type: 'string' },
        seed: { type: 'string' },
        rate: { type: 'string' },
        keep: { type: 'boolean' },
        without: { type: 'boolean' },
        config: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function numberIn(
  name: string,
  value: string | boolean | undefined,
  range: { readonly default: number; readonly from: number; readonly to: number },
): number {
  if (value === undefined) return range.default;
  const number = Number(value);
  if (!/^\d+$/.test(String(value)) || number < range.from || number > range.to) {
    throw new UsageError(`${name} must be a whole number from ${range.from} to ${range.to}, not '${value}'`);
  }
  return number;
}
