import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ai } from './ai.ts';
import { toGrafana } from './grafana/dashboard.ts';
import { health } from './health.ts';
import { limits } from './limits.ts';
import { overview } from './overview.ts';
import { retriesAndBreakers } from './retries.ts';

/** Every dashboard, by the name of its file. */
export const DASHBOARDS: Readonly<Record<string, ReturnType<typeof toGrafana>>> = Object.fromEntries(
  [overview, retriesAndBreakers, limits, health, ai].map((dashboard) => [
    `${dashboard.name}.json`,
    toGrafana(dashboard),
  ]),
);

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
