import type { RuntimeConfigInput } from './input.ts';
import type { RuntimeConfig } from './types.ts';

const finished = new WeakSet<RuntimeConfigInput>();

/** Remembers that `config` is complete, without a problem, and frozen: it need not be checked again. */
export function finish(config: RuntimeConfig): RuntimeConfig {
  finished.add(config);
  return config;
}

/** Whether `input` is the very object that was finished. */
export function isFinished(input: RuntimeConfigInput): input is RuntimeConfig {
  return finished.has(input);
}
