import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseOptions, USAGE, UsageError } from '../../../demo/session/options.ts';

describe('parseOptions', () => {
  it('has a default for everything', () => {
    expect(parseOptions([])).toEqual({ seconds: 30, seed: 1, rate: 60, keep: false, without: false });
  });

  it('takes every option, in both spellings', () => {
    expect(parseOptions(['--seconds', '8', '--seed=7', '--rate', '100', '--keep'])).toEqual({
      seconds: 8,
      seed: 7,
      rate: 100,
      keep: true,
      without: false,
    });
    expect(parseOptions(['--without'])).toMatchObject({ without: true });
    expect(parseOptions(['--config', 'own.yml'])).toMatchObject({ config: resolve('own.yml') });
  });

  it('gives nothing to run when help was asked for', () => {
    expect(parseOptions(['--help'])).toBeNull();
  });

  it.each([
    [['--seconds', '4'], '--seconds must be a whole number from 5 to 3600'],
    [['--seconds', '3601'], '--seconds'],
    [['--seconds', '8.5'], '--seconds'],
    [['--seconds', '8s'], "not '8s'"],
    [['--rate', '0'], '--rate'],
    [['--seed', '4294967296'], '--seed'],
    [['--seed='], '--seed'],
    [['--seed'], '--seed'],
    [['--loud'], '--loud'],
    [['now'], 'now'],
    [['--keep', '--without'], 'exclude each other'],
    [['--config', 'own.yml', '--without'], 'exclude each other'],
  ])('refuses %j and says why', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });

  it('explains every option that it takes', () => {
    for (const name of ['--seconds', '--seed', '--rate', '--keep', '--without', '--config', '--help'])
      expect(USAGE).toContain(name);
  });
});
