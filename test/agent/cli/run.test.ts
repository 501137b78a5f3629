import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../packages/agent/src/cli/command.ts';
import { COMMANDS, type CommandEntry } from '../../../packages/agent/src/cli/commands.ts';
import { runCli } from '../../../packages/agent/src/cli/run.ts';
import { errorOf, parse } from '../../support/config.ts';
import { terminal } from './terminal.ts';

const GREET: Record<string, CommandEntry> = {
  greet: {
    summary: 'say hello',
    load: async () => ({
      help: 'Usage: crossbridge greet\n',
      run: (args, { out }) => {
        if (args.includes('nobody')) throw new UsageError('nobody cannot be greeted');
        if (args.includes('badly')) throw errorOf(() => parse('runtime: { retry: 1 }'));
        if (args.includes('crash')) throw new Error('broken');
        out(`hello ${args.join(' ')}\n`);
        return 3;
      },
    }),
  },
};

async function crossbridge(...args: string[]) {
  const at = terminal();
  return { code: await runCli(args, at, GREET), out: at.stdout(), err: at.stderr() };
}

describe('crossbridge', () => {
  it('runs a command with its arguments, and ends with its exit code', async () => {
    expect(await crossbridge('greet', 'you', '--loudly')).toEqual({ code: 3, out: 'hello you --loudly\n', err: '' });
  });

  it.each([[], ['--help'], ['-h'], ['help']])('lists its commands when called with %j', async (...args) => {
    const { code, out, err } = await crossbridge(...args);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('  greet  say hello\n');
  });

  it.each([
    ['greet', '--help'],
    ['greet', '-h'],
    ['help', 'greet'],
  ])('explains a command when called with %s %s', async (...args) => {
    expect(await crossbridge(...args)).toEqual({ code: 0, out: 'Usage: crossbridge greet\n', err: '' });
  });

  it('leaves what follows -- to the command', async () => {
    const { out } = await crossbridge('greet', '--', 'app.js', '--help');
    expect(out).toBe('hello -- app.js --help\n');
  });

  it.each([['gret'], ['help', 'gret'], ['toString'], ['--verbose']])('knows no command %s %s', async (...args) => {
    const { code, out, err } = await crossbridge(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toBe(`crossbridge: there is no command '${args.at(-1)}'; there is greet. See crossbridge --help\n`);
  });

  it('ends with 2 for arguments that make no sense, and says where to look', async () => {
    expect(await crossbridge('greet', 'nobody')).toEqual({
      code: 2,
      out: '',
      err: 'crossbridge: nobody cannot be greeted. See crossbridge greet --help\n',
    });
  });

  it('ends with 78 for a bad config, as the agent does', async () => {
    const { code, err } = await crossbridge('greet', 'badly');
    expect(code).toBe(78);
    expect(err).toContain('runtime.retry');
  });

  it('hides no mistake of its own', async () => {
    await expect(crossbridge('greet', 'crash')).rejects.toThrow('broken');
  });

  it('says which version it is', async () => {
    expect((await crossbridge('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('has help for each of its commands that names it', async () => {
    for (const [name, { load }] of Object.entries(COMMANDS)) {
      expect((await load()).help).toMatch(new RegExp(`^Usage: crossbridge ${name}\\b.*\\n`));
    }
  });
});
