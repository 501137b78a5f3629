import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunningDemo, startDemo } from './servers-demo.ts';
import { temporaryDirectory } from './servers-process.ts';

const EVERY_POLICY = fileURLToPath(new URL('../e2e/every-policy.yml', import.meta.url));

/** A demo whose configuration has something of everything, and may be changed while it runs. */
export interface FullDemo extends RunningDemo {
  /** Puts one text in the place of another in the configuration, which is then read again. */
  reconfigure(from: string, to: string): void;
}

/** Starts it; the faults of its upstream are spread over `seconds`. */
export async function startFullDemo(seconds: number): Promise<FullDemo> {
  const directory = temporaryDirectory('every-policy');
  const config = join(directory.path, 'crossbridge.yml');
  copyFileSync(EVERY_POLICY, config);
  const demo = await startDemo(seconds, {}, ['--config', config]).catch((error: unknown) => {
    directory.remove();
    throw error;
  });
  return {
    ...demo,
    reconfigure: (from, to) => writeFileSync(config, readFileSync(config, 'utf8').replace(from, to)),
    stop: async () => {
      await demo.stop();
      directory.remove();
    },
  };
}
