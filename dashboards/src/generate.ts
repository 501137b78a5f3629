import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toGrafana } from './grafana.ts';
import { overview } from './overview.ts';

/** Every dashboard, by the name of its file. */
export const DASHBOARDS: Readonly<Record<string, ReturnType<typeof toGrafana>>> = {
  'overview.json': toGrafana(overview),
};

/** Where the generated file of that name is kept. */
export function dashboardPath(file: string): string {
  return fileURLToPath(new URL(`../${file}`, import.meta.url));
}

/** The text of a dashboard's file. */
export function dashboardText(file: string): string {
  return `${JSON.stringify(DASHBOARDS[file], null, 2)}\n`;
}

if (import.meta.main) {
  for (const file of Object.keys(DASHBOARDS)) {
    writeFileSync(dashboardPath(file), dashboardText(file));
    console.log(`${dashboardPath(file)}: ${readFileSync(dashboardPath(file)).byteLength} bytes`);
  }
}
