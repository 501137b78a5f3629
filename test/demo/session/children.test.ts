import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { ChildFailedError, Children } from '../../../demo/session/children.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));

let children: Children | undefined;

function start(code: string): Promise<string> {
  children ??= new Children();
  return children.start({ name: 'the child', args: ['--eval', code], cwd: HERE, env: process.env });
}

/** A program that says its own process id as the port of its URL, and then stays. */
const STAYS = 'console.log("listening on http://x:" + process.pid); setInterval(() => {}, 1000);';

function isAlive(url: string): boolean {
  try {
    return process.kill(Number(url.split(':').at(-1)), 0);
  } catch {
    return false;
  }
}

afterEach(async () => {
  await children?.stop();
  children = undefined;
});

describe('Children', () => {
  it('gives the URL that a child prints once it listens', async () => {
    expect(await start(`console.log("starting"); ${STAYS}`)).toMatch(/^http:\/\/x:\d+$/);
  });

  it('ends every child', async () => {
    const urls = [await start(STAYS), await start(STAYS)];
    expect(urls.map(isAlive)).toEqual([true, true]);
    await children?.stop();
    expect(urls.map(isAlive)).toEqual([false, false]);
  });

  it('kills a child that will not end', async () => {
    const url = await start(`process.on("SIGTERM", () => {}); ${STAYS}`);
    await children?.stop();
    expect(isAlive(url)).toBe(false);
  });

  it('reports a child that cannot start, with its last words', async () => {
    const starting = start('console.error("no such port"); process.exit(78)');
    await expect(starting).rejects.toThrow(ChildFailedError);
    await expect(starting).rejects.toThrow(/the child ended with exit code 78; its stderr:\nno such port/);
  });

  it('reports a child that ends later', async () => {
    const url = await start(STAYS);
    process.kill(Number(url.split(':').at(-1)), 'SIGKILL');
    await expect(children?.failed).rejects.toThrow('the child ended by SIGKILL, without a word on stderr');
  });

  it('takes the end that it asked for as no failure', async () => {
    await start(STAYS);
    const failed = children?.failed.catch(() => 'failed');
    await children?.stop();
    expect(await Promise.race([failed, Promise.resolve('fine')])).toBe('fine');
  });

  it('keeps only the end of a long stderr', async () => {
    const starting = start('console.error("x".repeat(100000) + "the end"); process.exit(1)');
    const message = await starting.then(String, (error: Error) => error.message);
    expect(message.length).toBeLessThan(10_000);
    expect(message.endsWith('the end')).toBe(true);
  });
});
