import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { Examination } from './examination.ts';

/** The directory in which the doctor waits for reports. */
const directory = process.env.CROSSBRIDGE_DOCTOR;

/** Programs that only start the one that is meant. */
const STARTERS = ['npm-cli.js', 'npx-cli.js', 'yarn.js', 'yarn', 'pnpm.cjs', 'pnpm.mjs', 'corepack.js'];

if (directory !== undefined && existsSync(directory) && !STARTERS.includes(basename(process.argv[1] ?? ''))) {
  await new Examination(directory).begin();
}
