import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BUILT: readonly string[] = [];
const SOURCES: readonly string[] = ['--conditions=crossbridge-source'];

/** Each bench runs in a process of its own, on the built packages or, where it looks behind their exports, on the sources. */
const BENCHES: Readonly<Record<string, readonly string[]>> = {
  start: BUILT,
  main: BUILT,
  'rate-limit': SOURCES,
  queue: SOURCES,
  telemetry: BUILT,
  scrape: SOURCES,
  redis: SOURCES,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  console.error(`no bench is called ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}
const failed = Object.entries(BENCHES)
  .filter(([name]) => asked.length === 0 || asked.includes(name))
  .filter(([name, conditions]) => {
    const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
    return spawnSync(process.execPath, ['--expose-gc', ...conditions, file], { stdio: 'inherit' }).status !== 0;
  });
process.exitCode = failed.length === 0 ? 0 : 1;
