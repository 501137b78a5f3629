import { expect, it } from 'vitest';
import { COMMANDS } from '../../../packages/agent/src/cli/commands.ts';
import { runCli } from '../../../packages/agent/src/cli/run.ts';
import { terminal } from './terminal.ts';

async function doctor(...args: string[]) {
  const at = terminal();
  return { code: await runCli(['doctor', ...args], at, COMMANDS), err: at.stderr() };
}

it('takes a plain number as seconds', async () => {
  // The next thing that it asks for.
  expect(await doctor('--for', '4', '--', 'no-such-program')).toMatchObject({
    code: 2,
    err: expect.stringContaining('no-such-program could not be started'),
  });
});

it.each(['soon', '-1', '0', '1e99'])('says what is wrong with %j as the time that a program may run', async (time) => {
  const { code, err } = await doctor(`--for=${time}`, '--', 'no-such-program');
  expect([code, err]).toEqual([2, expect.stringContaining('crossbridge: --for: ')]);
});

it('asks which program is meant', async () => {
  expect(await doctor()).toMatchObject({ code: 2, err: expect.stringContaining('which program?') });
});
