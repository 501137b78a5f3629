import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WatchOptions, watchRuntimeConfig } from '@crossbridge/core/config';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from '../../support/config.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const port = (number: number): string => `runtime: {admin: {port: ${number}}}\n`;

describe('watching the configuration', () => {
  let root: string;
  let file: string;
  /** Everything that was told: a port per good configuration, the report of each error. */
  let told: (number | string)[];
  const open: { close(): void }[] = [];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'crossbridge-watch-'));
    file = join(root, 'crossbridge.yml');
    told = [];
    writeFileSync(file, port(1));
  });

  afterEach(() => {
    for (const watcher of open.splice(0)) watcher.close();
    rmSync(root, { recursive: true, force: true });
  });

  const start = (options: Partial<WatchOptions> = {}) => {
    const watcher = watchRuntimeConfig({
      file,
      env: {},
      debounceMs: 10,
      onChange: ({ admin }) => told.push(admin.port),
      onError: (error) => told.push(String((error as Error).message)),
      ...options,
    });
    open.push(watcher);
    return watcher;
  };
  const expectTold = (...expected: unknown[]) =>
    expect.poll(() => told, { timeout: 20_000, interval: 5 }).toEqual(expected);
  const replace = (text: string): void => {
    writeFileSync(`${file}.tmp`, text);
    renameSync(`${file}.tmp`, file);
  };

  it('tells of a file written in place, time and again', async () => {
    start();
    writeFileSync(file, port(2));
    await expectTold(2);
    writeFileSync(file, port(3));
    await expectTold(2, 3);
  });

  it('survives editors that write another file and rename it, or delete the old one first', async () => {
    start();
    replace(port(2));
    await expectTold(2);
    renameSync(file, `${file}~`);
    writeFileSync(file, port(3));
    await expectTold(2, 3);
    unlinkSync(file);
    writeFileSync(file, port(4));
    await expectTold(2, 3, 4);
    replace(port(5));
    await expectTold(2, 3, 4, 5);
  });

  it('says once that the file is gone, and goes on when it is back', async () => {
    start();
    const gone = `${file} has 1 problem:\n  ${file}: does not exist`;
    unlinkSync(file);
    await expectTold(gone);
    replace(port(1));
    replace(port(2));
    await expectTold(gone, 2);
    unlinkSync(file);
    await expectTold(gone, 2, gone);
  });

  it('says nothing when the file comes back as it was', async () => {
    start();
    unlinkSync(file);
    await expectTold(expect.stringContaining('does not exist'));
    replace(`# the same\n${port(1)}`);
    replace(port(2));
    await expectTold(expect.stringContaining('does not exist'), 2);
  });

  it('keeps the last good configuration over a bad file, and tells each report once', async () => {
    start();
    const bad = (column: number) => expect.stringContaining(`:1:${column}  runtime.admin.port: expected`);
    writeFileSync(file, port(-1));
    await expectTold(bad(25));
    writeFileSync(file, ` ${port(-1)}`);
    await expectTold(bad(25), bad(26));
    replace(port(1));
    // Good again, and the configuration in use: nothing to tell, but the next bad one is news.
    utimesSync(file, 1, 1);
    writeFileSync(file, port(2));
    await expectTold(bad(25), bad(26), 2);
    writeFileSync(file, ` ${port(-1)}`);
    await expectTold(bad(25), bad(26), 2, bad(26));
  });

  it('takes a file that was cut to nothing for an accident', async () => {
    start();
    writeFileSync(file, '');
    await expectTold(expect.stringContaining('is empty, so the configuration in use stays'));
    writeFileSync(file, 'runtime: {}');
    await expectTold(expect.any(String), 9464);
  });

  it('hands over the warnings of what it tells', async () => {
    const warnings: unknown[] = [];
    start({ onChange: (_config, all) => warnings.push(...all.map(({ path }) => path)) });
    writeFileSync(file, 'runtime: {sidecar: 1, admin: {port: 2}}');
    await expect.poll(() => warnings, { timeout: 20_000 }).toEqual(['runtime.sidecar']);
  });

  it('notices what changed before it watched, compared with the configuration in use', async () => {
    writeFileSync(file, port(2));
    start({ config: parse(port(1)).config });
    await expectTold(2);
  });

  it('reports a file that is bad from the start, and takes the first good one', async () => {
    writeFileSync(file, 'runtime: 1');
    start();
    await expectTold(expect.stringContaining('expected a map of sections'));
    writeFileSync(file, port(2));
    await expectTold(expect.any(String), 2);
  });

  it('follows the links of a ConfigMap through a swap', async () => {
    const volume = join(root, 'volume');
    const version = (name: string, text: string): void => {
      mkdirSync(join(volume, name), { recursive: true });
      writeFileSync(join(volume, name, 'crossbridge.yml'), text);
      symlinkSync(name, join(volume, '..data_tmp'));
      renameSync(join(volume, '..data_tmp'), join(volume, '..data'));
    };
    version('..1', port(1));
    symlinkSync(join('..data', 'crossbridge.yml'), join(volume, 'crossbridge.yml'));
    start({ file: join(volume, 'crossbridge.yml') });
    version('..2', port(2));
    rmSync(join(volume, '..1'), { recursive: true });
    await expectTold(2);
    version('..3', port(3));
    rmSync(join(volume, '..2'), { recursive: true });
    await expectTold(2, 3);
  });

  it('follows a link to a file elsewhere, and a directory that is a link', async () => {
    mkdirSync(join(root, 'releases', 'a'), { recursive: true });
    mkdirSync(join(root, 'releases', 'b'));
    mkdirSync(join(root, 'shared'));
    writeFileSync(join(root, 'shared', 'x.yml'), port(1));
    writeFileSync(join(root, 'releases', 'b', 'crossbridge.yml'), port(3));
    symlinkSync(join(root, 'shared', 'x.yml'), join(root, 'releases', 'a', 'crossbridge.yml'));
    symlinkSync(join('releases', 'a'), join(root, 'current'));
    start({ file: join(root, 'current', 'crossbridge.yml') });
    writeFileSync(join(root, 'shared', 'x.yml'), port(2));
    await expectTold(2);
    symlinkSync(join('releases', 'b'), join(root, 'next'));
    renameSync(join(root, 'next'), join(root, 'current'));
    await expectTold(2, 3);
    writeFileSync(join(root, 'releases', 'b', 'crossbridge.yml'), port(4));
    await expectTold(2, 3, 4);
  });

  it('survives that its directory is deleted and made again', async () => {
    const deep = join(root, 'a', 'b');
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'c.yml'), port(1));
    start({ file: join(deep, 'c.yml') });
    rmSync(join(root, 'a'), { recursive: true });
    await expectTold(expect.stringContaining('does not exist'));
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, 'c.yml'), port(2));
    await expectTold(expect.any(String), 2);
    writeFileSync(join(deep, 'c.yml'), port(3));
    await expectTold(expect.any(String), 2, 3);
  });

  it('does not repeat a report when the same bad file is saved again', async () => {
    const clock = new VirtualClock();
    start({ clock });
    const save = async (text: string): Promise<void> => {
      writeFileSync(file, text);
      await expect.poll(() => clock.pending, { timeout: 20_000, interval: 1 }).toBe(1);
      await clock.advance(1000);
    };
    await save('runtime: 1');
    await save('runtime: 1');
    await save('runtime: 1');
    await save(port(2));
    await save('runtime: 1');
    const bad = expect.stringContaining('expected a map of sections');
    expect(told).toEqual([bad, 2, bad]);
  });

  it('notices that another directory takes the place of its own', async () => {
    mkdirSync(join(root, 'now'));
    mkdirSync(join(root, 'next'));
    writeFileSync(join(root, 'now', 'c.yml'), port(1));
    writeFileSync(join(root, 'next', 'c.yml'), port(2));
    start({ file: join(root, 'now', 'c.yml') });
    // Later than the look at the start, which would find anything.
    writeFileSync(join(root, 'now', 'c.yml'), port(9));
    await expectTold(9);
    renameSync(join(root, 'now'), join(root, 'before'));
    renameSync(join(root, 'next'), join(root, 'now'));
    await expectTold(9, 2);
    writeFileSync(join(root, 'now', 'c.yml'), port(3));
    await expectTold(9, 2, 3);
  });

  it('does not read while a save goes on, and reads what never rests all the same', async () => {
    const clock = new VirtualClock();
    start({ clock, debounceMs: 100 });
    await clock.advance(100);
    expect(clock.pending).toBe(0);
    const step = async (number: number, ms: number): Promise<void> => {
      writeFileSync(file, port(number));
      await expect.poll(() => clock.pending, { timeout: 20_000, interval: 1 }).toBe(1);
      // Events of one write may come in several lots.
      await new Promise((resolve) => setTimeout(resolve, 20));
      await clock.advance(ms);
    };
    await step(2, 99);
    await step(3, 99);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual([3]);
    for (let number = 4; number < 40 && told.length === 1; number++) await step(number, 99);
    expect(told).toHaveLength(2);
  });

  it('survives whom it tells: onChange that throws is an error, onError that throws is nothing', async () => {
    const seen: unknown[] = [];
    start({
      onChange: ({ admin }) => {
        seen.push(admin.port);
        throw new Error(`cannot use ${admin.port}`);
      },
      onError: (error) => {
        seen.push((error as Error).message);
        throw error;
      },
    });
    writeFileSync(file, port(2));
    await expect.poll(() => seen, { timeout: 20_000 }).toEqual([2, 'cannot use 2']);
    writeFileSync(file, port(3));
    await expect.poll(() => seen, { timeout: 20_000 }).toEqual([2, 'cannot use 2', 3, 'cannot use 3']);
  });

  it('is over when it is closed, twice if need be', async () => {
    const watcher = start();
    const other: number[] = [];
    start({ onChange: ({ admin }) => other.push(admin.port) });
    watcher.close();
    watcher.close();
    writeFileSync(file, port(2));
    await expect.poll(() => other, { timeout: 20_000 }).toEqual([2]);
    expect(told).toEqual([]);
  });

  it('may be closed by whom it tells', async () => {
    const watcher = start({
      onChange: ({ admin }) => {
        told.push(admin.port);
        watcher.close();
        throw new Error('after the end');
      },
    });
    const other: number[] = [];
    start({ onChange: ({ admin }) => other.push(admin.port) });
    writeFileSync(file, port(2));
    await expectTold(2);
    writeFileSync(file, port(3));
    await expect.poll(() => other.at(-1), { timeout: 20_000 }).toBe(3);
    expect(told).toEqual([2]);
  });

  it('leaves the process free to end', () => {
    const config = new URL('../../../packages/core/src/config/index.ts', import.meta.url).href;
    const script = `const { watchRuntimeConfig } = await import(${JSON.stringify(config)}); watchRuntimeConfig({ file: ${JSON.stringify(file)}, onChange() {}, onError() {} }); console.log('watching')`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 50_000,
    });
    expect(output.trim()).toBe('watching');
  });
});
