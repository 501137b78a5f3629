import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

const registry = new URL('../../../packages/core/src/health/registry.ts', import.meta.url).href;

/** Runs a script in a process of its own, and tells how it ended. */
async function run(script: string): Promise<{ code: number | null; output: string }> {
  const source = `import { HealthRegistry } from ${JSON.stringify(registry)};\n${script}`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--no-warnings', '--eval', source], {
    // A script that does not end by itself is killed, and then has no code.
    timeout: 30_000,
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, output };
}

describe('a process with health checks', () => {
  it('is not kept alive by their schedule, nor by a check that hangs', async () => {
    const script = `
      const registry = new HealthRegistry({ random: () => 0 });
      registry.register('hung', () => new Promise(() => {}));
      registry.start();
      setTimeout(() => console.log(registry.snapshot()[0].message), 100);`;
    expect(await run(script)).toEqual({ code: 0, output: 'not checked yet\n' });
  });

  it('is kept alive while it waits for a check, until that has timed out', async () => {
    const script = `
      const registry = new HealthRegistry();
      registry.register('hung', () => new Promise(() => {}), { timeoutMs: 50 });
      console.log((await registry.runAll()).checks.hung.message);`;
    expect(await run(script)).toEqual({ code: 0, output: 'Check timed out after 50 ms\n' });
  });
});
