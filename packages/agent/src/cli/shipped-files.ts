import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The directory that holds `collector/` and `dashboards/`: `assets` of the published package, into which they are copied when it is
 * packed, or the repository's root in a clone.
 *
 * @throws Error where neither has them
 */
export function shippedFiles(): string {
  const places = ['../../assets', '../../../..'].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = places.find((place) => existsSync(join(place, 'collector', 'config.yaml')));
  if (found === undefined) {
    throw new Error(`The files of the stack are missing: neither ${places.join(' nor ')} has a collector/config.yaml`);
  }
  return found;
}
