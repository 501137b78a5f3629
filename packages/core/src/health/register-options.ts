import { MAX_TIMER_MS } from '../clock.ts';
import type { FlappingConfig } from '../config/types.ts';
import { InvalidArgumentError } from '../errors.ts';
import { assertBoolean, assertOptions, optionNames, refuseOption } from '../options.ts';

/** How a check is run and judged. Left out: what the config says in `health_checks`. */
export interface RegisterOptions {
  /** See `CheckHealth.required`. Default: it counts as one among others. */
  readonly required?: boolean | undefined;
  readonly intervalMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly failureThreshold?: number | undefined;
  readonly successThreshold?: number | undefined;
  readonly minimumDwellMs?: number | undefined;
  readonly flapping?: Partial<FlappingConfig> | undefined;
  /** The operation whose calls show the same: while they do, the check is not run on schedule. */
  readonly operation?: string | undefined;
}

const NAMES = optionNames<RegisterOptions>({
  required: true,
  intervalMs: true,
  timeoutMs: true,
  failureThreshold: true,
  successThreshold: true,
  minimumDwellMs: true,
  flapping: true,
  operation: true,
});

const FLAPPING = optionNames<FlappingConfig>({ windowMs: true, transitions: true });

/** @throws InvalidArgumentError for options that cannot work */
export function assertRegisterOptions(name: string, options: RegisterOptions): void {
  const whose = `the health check '${name}'`;
  assertOptions(options, NAMES, whose);
  if (options.flapping !== undefined) assertOptions(options.flapping, FLAPPING, `flapping of ${whose}`);
  assertBoolean('required', options.required, whose);
  if (options.operation !== undefined && typeof options.operation !== 'string') {
    refuseOption('operation', whose, 'the name of an operation', options.operation);
  }
  const milliseconds = `milliseconds above 0, ${MAX_TIMER_MS} at most`;
  const isTime = (value: number): boolean => value > 0 && value <= MAX_TIMER_MS;
  const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1;
  const rules: readonly [string, number | undefined, (value: number) => boolean, string][] = [
    ['intervalMs', options.intervalMs, isTime, milliseconds],
    ['timeoutMs', options.timeoutMs, isTime, milliseconds],
    ['failureThreshold', options.failureThreshold, isCount, 'a whole number of at least 1'],
    ['successThreshold', options.successThreshold, isCount, 'a whole number of at least 1'],
    ['minimumDwellMs', options.minimumDwellMs, (value) => value >= 0, 'milliseconds, 0 or more'],
    ['flapping.windowMs', options.flapping?.windowMs, (value) => value > 0, 'milliseconds above 0'],
    [
      'flapping.transitions',
      options.flapping?.transitions,
      (value) => isCount(value) && value >= 2,
      'a whole number of at least 2',
    ],
  ];
  for (const [option, value, fits, expected] of rules) {
    if (value === undefined || (typeof value === 'number' && fits(value))) continue;
    throw new InvalidArgumentError(`${option} of ${whose} must be ${expected}, got ${String(value)}`);
  }
}
