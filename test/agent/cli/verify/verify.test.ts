import { expect, test } from 'vitest';
import { runCli } from '../../../../packages/agent/src/cli/run.ts';
import { terminal } from '../terminal.ts';

test.each([
  [['--prometheus', 'localhost:9090'], '--prometheus must be an address'],
  [['--range', '15'], '--range must be a duration'],
  [['--range', '5s'], '--range must be a duration of a minute or more'],
  [['--header', 'secret'], "--header must be a 'Name: value'"],
  [['--panel'], "Unknown option '--panel'"],
])('refuses %j', async (args, message) => {
  const screen = terminal();
  expect(await runCli(['verify', ...args], screen)).toBe(2);
  expect(screen.stderr()).toContain(message);
  // A header may be a password.
  expect(screen.stderr()).not.toContain('secret');
});
