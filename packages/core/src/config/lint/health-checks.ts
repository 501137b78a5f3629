import type { Path } from '../path.ts';
import type { Review } from '../review.ts';
import type { HealthProviderConfig, RuntimeConfig } from '../types.ts';

type Timing = Pick<HealthProviderConfig, 'intervalMs' | 'timeoutMs'>;

/** Checks that are a load of their own, or whose results come too late or never. */
export function lintHealthChecks({ healthChecks }: RuntimeConfig, review: Review): void {
  if (!healthChecks.enabled) return;
  const section = [review.dialect.key('healthChecks')];
  lintTiming(section, healthChecks, review);
  for (const [name, provider] of Object.entries(healthChecks.providers)) {
    if (provider.enabled) lintTiming([...section, 'providers', name], provider, review);
  }
  const { flapping, minimumDwellMs } = healthChecks;
  if ((flapping.transitions - 1) * minimumDwellMs <= flapping.windowMs) return;
  const { key } = review.dialect;
  review.warn(
    [...section, key('minimumDwellMs')],
    `a status that holds this long cannot change flapping.transitions times within flapping.${key('windowMs')}, so flapping is never told; lower ${key('minimumDwellMs')}, or widen the window`,
  );
}

/** Said where one of the two is written: what a provider inherits is told of the general section, once. */
function lintTiming(section: Path, { intervalMs, timeoutMs }: Timing, review: Review): void {
  const { key } = review.dialect;
  const interval = [...section, key('intervalMs')];
  const timeout = [...section, key('timeoutMs')];
  if (intervalMs < 1000 && review.written(interval)) {
    const message = `several runs a second are a load of their own, and tell hardly more than one every few seconds; raise ${key('intervalMs')} to 1s or more`;
    review.warn(interval, message);
  }
  const where = [timeout, interval].find((path) => review.written(path));
  if (timeoutMs < intervalMs || where === undefined) return;
  const message = `${key('timeoutMs')} is not shorter than ${key('intervalMs')}, so a check that hangs is still waited for when its next run is due, and that run is skipped; lower ${key('timeoutMs')} or raise ${key('intervalMs')}`;
  review.warn(where, message, [timeout, interval]);
}
