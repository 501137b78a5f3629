import type { Review } from '../review.ts';
import type { RuntimeConfig } from '../types.ts';

/** A process that is restarted before it could recover without traffic. Said where one of the two limits is written. */
export function lintAdmin({ admin }: RuntimeConfig, review: Review): void {
  if (!admin.enabled || admin.readinessLimitMs <= admin.livenessLimitMs) return;
  const { key } = review.dialect;
  const [readiness, liveness] = [key('readinessLimitMs'), key('livenessLimitMs')];
  const places = [readiness, liveness].map((name) => [key('admin'), name]);
  const where = places.find((path) => review.written(path));
  if (where === undefined) return;
  const message = `${readiness} is longer than ${liveness}, so a stuck process is restarted before it stops getting traffic; lower ${readiness} or raise ${liveness}`;
  review.warn(where, message, places);
}
