import { describe, expect, it } from 'vitest';
import type { RuntimeConfigInput } from '../../../packages/core/src/config/input.ts';
import { resolveRuntimeConfig } from '../../../packages/core/src/config/resolve.ts';
import { assertRegisterOptions, type RegisterOptions } from '../../../packages/core/src/health/register-options.ts';
import { settingsOf } from '../../../packages/core/src/health/settings.ts';

const config = (healthChecks: NonNullable<RuntimeConfigInput['healthChecks']>, operations: string[] = []) =>
  resolveRuntimeConfig({
    healthChecks,
    operations: Object.fromEntries(operations.map((name) => [name, {}])),
  }).healthChecks;

describe('settingsOf', () => {
  it('takes the general section where nobody says more', () => {
    const general = config({
      intervalMs: 7_000,
      timeoutMs: 700,
      failureThreshold: 4,
      successThreshold: 2,
      minimumDwellMs: 50,
    });
    expect(settingsOf('db', {}, general)).toEqual({
      enabled: true,
      required: undefined,
      intervalMs: 7_000,
      timeoutMs: 700,
      failureThreshold: 4,
      successThreshold: 2,
      minimumDwellMs: 50,
      flapping: { windowMs: 600_000, transitions: 5 },
      operation: undefined,
    });
  });

  it('lets code win over the general section, and YAML of the name over code', () => {
    const code: RegisterOptions = {
      intervalMs: 1_000,
      timeoutMs: 100,
      failureThreshold: 9,
      required: true,
      operation: 'query',
      minimumDwellMs: 5,
      flapping: { transitions: 3 },
    };
    const yaml = config({ providers: { db: { intervalMs: 2_000, required: false, operation: 'read' } } }, ['read']);
    expect(settingsOf('db', code, yaml)).toEqual({
      enabled: true,
      required: false,
      intervalMs: 2_000,
      timeoutMs: 100,
      failureThreshold: 9,
      successThreshold: 1,
      minimumDwellMs: 5,
      flapping: { windowMs: 600_000, transitions: 3 },
      operation: 'read',
    });
  });

  it('lets YAML say whether a check is required, whatever code says', () => {
    const yaml = config({ providers: { db: { required: true }, cache: { required: false } } });
    expect(settingsOf('db', { required: false }, yaml).required).toBe(true);
    expect(settingsOf('cache', { required: true }, yaml).required).toBe(false);
    expect(settingsOf('search', { required: false }, yaml).required).toBe(false);
    expect(settingsOf('search', {}, yaml).required).toBeUndefined();
  });

  it('disables a check that YAML disables, and no other', () => {
    const yaml = config({ providers: { db: { enabled: false } } });
    expect(settingsOf('db', {}, yaml).enabled).toBe(false);
    expect(settingsOf('cache', {}, yaml).enabled).toBe(true);
  });

  it('takes a check called like a member of every object for what it is', () => {
    const settings = settingsOf('constructor', {}, { ...config({}), providers: {} });
    expect(settings).toEqual(settingsOf('db', {}, config({})));
  });
});

describe('assertRegisterOptions', () => {
  it.each([
    [{ intervalMs: 0 }, "intervalMs of the health check 'db' must be milliseconds above 0, 2147483647 at most, got 0"],
    [{ timeoutMs: Number.NaN }, 'timeoutMs of'],
    [{ timeoutMs: 2 ** 31 }, 'timeoutMs of'],
    [{ intervalMs: '5s' }, 'got 5s'],
    [{ failureThreshold: 0 }, 'failureThreshold of'],
    [{ successThreshold: 1.5 }, 'must be a whole number of at least 1, got 1.5'],
    [{ minimumDwellMs: -1 }, 'minimumDwellMs of'],
    [{ flapping: { windowMs: 0 } }, 'flapping.windowMs of'],
    [{ intervall: 5 }, `the health check 'db' has no option "intervall"; did you mean "intervalMs"?`],
    [{ required: 'yes' }, 'required of the health check \'db\' must be true or false, got "yes"'],
    [{ operation: 5 }, "operation of the health check 'db' must be the name of an operation, got 5"],
    [{ flapping: { window: 5 } }, 'flapping of the health check \'db\' has no option "window"'],
    [null, "The options of the health check 'db' must be an object, got null"],
    [{ flapping: { transitions: 1 } }, 'must be a whole number of at least 2, got 1'],
  ])('refuses %j', (options, message) => {
    expect(() => assertRegisterOptions('db', options as never)).toThrow(message);
  });

  it('takes what can work', () => {
    assertRegisterOptions('db', {
      intervalMs: 1,
      timeoutMs: 2 ** 31 - 1,
      minimumDwellMs: 0,
      flapping: { transitions: 2 },
    });
  });
});
