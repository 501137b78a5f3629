import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'crossbridge-first-resolve-'));
const source = new URL('../../../packages/agent/src/sdk/first-resolve.ts', import.meta.url).href;

mkdirSync(join(directory, 'node_modules/@scope/pack/lib'), { recursive: true });
mkdirSync(join(directory, 'node_modules/plain'), { recursive: true });
mkdirSync(join(directory, 'node_modules/@opentelemetry/exporter'), { recursive: true });
writeFileSync(join(directory, 'node_modules/@opentelemetry/exporter/index.js'), "require('http');");
for (const file of ['@scope/pack/index.js', '@scope/pack/lib/part.js', 'plain/index.js']) {
  writeFileSync(join(directory, 'node_modules', file), `console.log('loaded ${file}');`);
}

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What a program says that watches for `http` and `https` together, and for two packages; before it the hook by which it is told. */
function said(program: string, before = ''): string[] {
  const file = join(directory, 'program.mjs');
  writeFileSync(
    file,
    `import module, { createRequire } from 'node:module';
     ${before}
     const require = createRequire(import.meta.url);
     const { onFirstResolve } = await import('${source}');
     const stop = onFirstResolve([
       { modules: ['http', 'https'], make: () => { console.log('make http'); require('node:https'); } },
       { modules: ['@scope/pack'], make: () => console.log('make pack') },
       { modules: ['plain'], make: () => console.log('make plain') },
     ]);
     ${program}`,
  );
  return execFileSync(process.execPath, [file], { encoding: 'utf8' }).trim().split('\n');
}

describe('onFirstResolve', () => {
  it('has each made once, before the first of its modules is loaded, by require or import, with or without node:', () => {
    expect(said("require('http'); await import('node:https'); await import('node:http'); console.log('end');")).toEqual(
      ['make http', 'end'],
    );
    expect(said("await import('node:http'); require('https'); console.log('end');")).toEqual(['make http', 'end']);
  });

  it('knows a package by its files and by its address, too', () => {
    expect(said("require('@scope/pack/lib/part.js'); require('@scope/pack');")).toEqual([
      'make pack',
      'loaded @scope/pack/lib/part.js',
      'loaded @scope/pack/index.js',
    ]);
    const address = `file://${directory}/node_modules/plain/index.js`;
    expect(said(`await import('${address}');`)).toEqual(['make plain', 'loaded plain/index.js']);
  });

  it('makes nothing for what is not loaded, or by the SDK alone, or after it was stopped', () => {
    expect(said("require('node:path'); console.log('end');")).toEqual(['end']);
    expect(said("require('@opentelemetry/exporter'); console.log('end');")).toEqual(['end']);
    expect(said("stop(); require('http'); console.log('end');")).toEqual(['end']);
  });

  it('makes all at once where this Node.js cannot tell', () => {
    expect(said("console.log('end');", 'module.registerHooks = undefined;')).toEqual([
      'make http',
      'make pack',
      'make plain',
      'end',
    ]);
  });
});
