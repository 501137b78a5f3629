import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { DASHBOARDS, dashboardPath } from '../../dashboards/src/generate.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIRECTORY = join(ROOT, 'node_modules/.cache/grafana-types');

/** What the compiler says of dashboards that are given as literals, which may have nothing that the type does not. */
async function complaints(dashboards: Readonly<Record<string, string>>): Promise<string> {
  const header = `import type { GrafanaDashboard } from '${join(ROOT, 'dashboards/check/grafana-types.ts')}';\n`;
  const paths = Object.entries(dashboards).map(([name, json]) => {
    const path = join(DIRECTORY, `${name}.ts`);
    writeFileSync(path, `${header}export const dashboard: GrafanaDashboard = ${json};\n`);
    return path;
  });
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--ignoreConfig', '--allowImportingTsExtensions'];
  const modules = ['--module', 'nodenext', '--moduleResolution', 'nodenext', '--target', 'es2024', '--types', ''];
  const compiler = join(ROOT, 'node_modules/.bin/tsc');
  return promisify(execFile)(compiler, [...options, ...modules, ...paths], { cwd: ROOT }).then(
    ({ stdout }) => stdout,
    ({ stdout, message }: { stdout?: string; message: string }) => stdout || message,
  );
}

beforeAll(() => {
  mkdirSync(DIRECTORY, { recursive: true });
});

test('every dashboard is what the types of Grafana describe', async () => {
  const files = Object.keys(DASHBOARDS).map((file) => [file, readFileSync(dashboardPath(file), 'utf8')]);
  expect(await complaints(Object.fromEntries(files))).toBe('');
});

test.each([
  ['"displayMode": "list"', '"displayMode": "lists"', '"lists"'],
  ['"gridPos"', '"gridpos"', 'gridpos'],
  ['"mode": "absolute"', '"mode": "absolut"', 'absolut'],
  ['"unit": "s"', '"unit": 5', 'number'],
])('a dashboard with %s as %s is not', async (right, wrong, told) => {
  const json = readFileSync(dashboardPath('health.json'), 'utf8');
  expect(json).toContain(right);
  expect(await complaints({ wrong: json.replace(right, wrong) })).toContain(told);
});
