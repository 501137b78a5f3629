import type { Check } from './check.ts';
import { checkDistribution } from './validate-callers.ts';
import type { FailureWindow, OperationLoad, TargetLoad } from './workload.ts';

const UPSTREAM = ['latencyMs', 'failures', 'concurrencyLimit', 'queueLimit', 'quota', 'stopsOnAbort'];
const FAILURE = ['fromSeconds', 'toSeconds', 'ratio', 'status', 'code', 'retryAfterSeconds', 'hang', 'latencyMs'];

export function checkUpstreams(check: Check, { upstream, targets }: OperationLoad): void {
  if (upstream !== undefined) {
    if (targets !== undefined) check.at('targets').fail(targets, 'left out where there is an upstream');
    checkUpstream(check.at('upstream'), upstream, UPSTREAM);
    return;
  }
  if (targets === undefined) {
    check.at('upstream').fail(upstream, 'given (what answers the calls), or targets: { latencyMs: 20 } will do');
    return;
  }
  if (typeof targets !== 'object' || targets === null || Object.keys(targets).length === 0) {
    check.at('targets').fail(targets, 'an object with at least one target');
    return;
  }
  let total = 0;
  for (const [name, target] of Object.entries(targets)) {
    const place = check.at('targets').at(name);
    checkUpstream(place, target, [...UPSTREAM, 'weight']);
    place.at('weight').optionalNumber(target?.weight, { min: 0 });
    total += target?.weight ?? 1;
  }
  if (total === 0) check.at('targets').fail(targets, 'targets of which not every weight is 0');
}

function checkUpstream(check: Check, upstream: unknown, known: readonly string[]): void {
  if (!check.object<TargetLoad>(upstream, known)) return;
  const { latencyMs, failures, concurrencyLimit, queueLimit, quota, stopsOnAbort } = upstream;
  checkDistribution(check.at('latencyMs'), latencyMs, { min: 0 });
  check.at('concurrencyLimit').optionalNumber(concurrencyLimit, { min: 1, whole: true });
  check.at('queueLimit').optionalNumber(queueLimit, { min: 0, whole: true });
  if (queueLimit !== undefined && concurrencyLimit === undefined) {
    check.at('queueLimit').fail(queueLimit, 'left out where there is no concurrencyLimit');
  }
  if (quota !== undefined && check.at('quota').object<typeof quota>(quota, ['capacity', 'windowSeconds'])) {
    check.at('quota').at('capacity').number(quota.capacity, { min: 1 });
    check.at('quota').at('windowSeconds').number(quota.windowSeconds, { above: 0 });
  }
  check.at('stopsOnAbort').optional(stopsOnAbort, 'boolean');
  if (failures === undefined) return;
  if (!Array.isArray(failures)) check.at('failures').fail(failures, 'a list');
  else for (const [index, failure] of failures.entries()) checkFailure(check.at('failures').at(index), failure);
}

function checkFailure(check: Check, failure: unknown): void {
  if (!check.object<FailureWindow>(failure, FAILURE)) return;
  const { fromSeconds = 0, toSeconds, ratio, status, code, retryAfterSeconds, hang = false, latencyMs } = failure;
  check.at('fromSeconds').number(fromSeconds, { min: 0 });
  check.at('toSeconds').optionalNumber(toSeconds, { above: fromSeconds });
  check.at('ratio').optionalNumber(ratio, { above: 0, max: 1 });
  check.at('status').optionalNumber(status, { min: 400, max: 599, whole: true });
  check.at('code').optional(code, 'string');
  check.at('hang').optional(hang, 'boolean');
  check.at('retryAfterSeconds').optionalNumber(retryAfterSeconds, { min: 0 });
  if (latencyMs !== undefined) checkDistribution(check.at('latencyMs'), latencyMs, { min: 0 });
  const kinds = [status !== undefined, code !== undefined, hang].filter(Boolean).length;
  if (kinds > 1 || (kinds === 0 && latencyMs === undefined)) {
    check.fail(failure, 'an object with exactly one of status, code and hang, or with latencyMs alone');
  }
  if (retryAfterSeconds !== undefined && status === undefined) {
    check.at('retryAfterSeconds').fail(retryAfterSeconds, 'left out where there is no status');
  }
}
