import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isOwnCommand } from '../../packages/agent/src/own-command.ts';

const directory = mkdtempSync(join(tmpdir(), 'crossbridge-command-'));

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function file(path: string): string {
  const full = join(directory, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, '');
  return full;
}

describe('the command line of CrossBridge', () => {
  it('is known by its file, and by the link in .bin', () => {
    const main = file('node_modules/@crossbridge/agent/dist/cli/main.js');
    mkdirSync(join(directory, 'node_modules/.bin'));
    const link = join(directory, 'node_modules/.bin/crossbridge');
    symlinkSync(main, link);
    expect([isOwnCommand(main), isOwnCommand(link)]).toEqual([true, true]);
  });

  it('is nothing that only looks like it', () => {
    for (const path of ['dist/cli/main.js', 'agent/dist/cli/main.js', 'bin/crossbridge']) {
      expect(isOwnCommand(file(path))).toBe(false);
    }
    expect(isOwnCommand(join(directory, 'nowhere/@crossbridge/agent/dist/cli/main.js'))).toBe(false);
    expect(isOwnCommand(undefined)).toBe(false);
  });
});
