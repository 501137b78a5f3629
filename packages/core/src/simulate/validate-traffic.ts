import type { Check } from './check.ts';
import { expectedCalls, type TrafficShape } from './traffic.ts';
import { CALLERS_FIELDS, checkCallers } from './validate-callers.ts';
import type { Traffic } from './workload.ts';

const FIELDS: Readonly<Record<TrafficShape['shape'], readonly string[]>> = {
  constant: ['durationSeconds', 'ratePerSecond'],
  poisson: ['durationSeconds', 'ratePerSecond'],
  ramp: ['durationSeconds', 'fromPerSecond', 'toPerSecond'],
  bursts: ['durationSeconds', 'size', 'everySeconds', 'overSeconds'],
  replay: ['atSeconds'],
};

/** Checks one stream of calls, or several, and returns about how many calls they make: NaN when that cannot be told. */
export function checkTraffic(check: Check, traffic: unknown): number {
  if (!Array.isArray(traffic)) return checkStream(check, traffic);
  if (!check.list(traffic, 'stream of calls')) return Number.NaN;
  return traffic.reduce((sum: number, stream, index) => sum + checkStream(check.at(index), stream), 0);
}

function checkStream(check: Check, traffic: unknown): number {
  const shape = typeof traffic === 'object' && traffic !== null && 'shape' in traffic ? traffic.shape : undefined;
  if (typeof shape !== 'string' || !Object.hasOwn(FIELDS, shape)) {
    const shapes = Object.keys(FIELDS).join(', ');
    if (traffic === undefined || typeof traffic !== 'object')
      check.fail(traffic, `an object whose shape is one of: ${shapes}`);
    else check.at('shape').fail(shape, `one of: ${shapes}`);
    return Number.NaN;
  }
  const known = ['shape', 'startSeconds', ...FIELDS[shape as TrafficShape['shape']], ...CALLERS_FIELDS];
  if (!check.object<Traffic>(traffic, known)) return Number.NaN;
  checkCallers(check, traffic);
  check.at('startSeconds').optionalNumber(traffic.startSeconds, { min: 0 });
  return checkShape(check, traffic) ? expectedCalls(traffic) : Number.NaN;
}

function checkShape(check: Check, traffic: Traffic): boolean {
  if (traffic.shape === 'replay') return checkTimes(check.at('atSeconds'), traffic.atSeconds);
  const long = check.at('durationSeconds').number(traffic.durationSeconds, { above: 0 });
  switch (traffic.shape) {
    case 'ramp': {
      const from = check.at('fromPerSecond').number(traffic.fromPerSecond, { min: 0 });
      const to = check.at('toPerSecond').number(traffic.toPerSecond, { min: 0 });
      return long && from && to;
    }
    case 'bursts': {
      const size = check.at('size').number(traffic.size, { min: 1, whole: true });
      const every = check.at('everySeconds').number(traffic.everySeconds, { above: 0 });
      check.at('overSeconds').optionalNumber(traffic.overSeconds, { min: 0 });
      return long && size && every;
    }
    default:
      return check.at('ratePerSecond').number(traffic.ratePerSecond, { above: 0 }) && long;
  }
}

function checkTimes(check: Check, times: unknown): boolean {
  if (!Array.isArray(times)) return check.fail(times, 'a list of times in seconds');
  // One wrong entry says it: a log has thousands.
  const wrong = times.findIndex((at) => !(typeof at === 'number' && Number.isFinite(at) && at >= 0));
  return wrong === -1 || check.at(wrong).number(times[wrong], { min: 0 });
}
