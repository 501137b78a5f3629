import type { HealthProviderConfig, RuntimeConfig } from '@crossbridge/core/config';
import { isLoopback } from '../../admin/settings.ts';
import { EXPORT_LIMIT_MS } from '../../shutdown.ts';

/** One probe, in the words of Kubernetes. */
export interface Probe {
  readonly path: string;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

export interface ProbePlan {
  readonly port: number;
  /** Where the endpoint listens, when nobody outside the pod can reach it. */
  readonly unreachableHost: string | undefined;
  readonly startup: Probe;
  readonly liveness: Probe;
  readonly readiness: Probe;
  readonly terminationGraceSeconds: number;
  /** How long the event loop may be stuck before `/livez` fails. */
  readonly livenessLimitSeconds: number;
  /** Longest time from the start to the first result of every check. */
  readonly firstResultsSeconds: number;
  /** How long a process takes to end at most, once it was told to. */
  readonly endSeconds: number;
  readonly detections: readonly Detection[];
}

/** How long it takes until a dependency that is down takes the pod out of the load balancing. */
export interface Detection {
  readonly check: string;
  readonly intervalSeconds: number;
  readonly failureThreshold: number;
  readonly totalSeconds: number;
  /** False: only when all others that do not do it alone are down as well. */
  readonly alone: boolean;
}

/** The endpoint answers in milliseconds; what takes longer is a node that is short of CPU. */
const TIMEOUT_SECONDS = 2;
const STARTUP_PERIOD_SECONDS = 2;
const LIVENESS_PERIOD_SECONDS = 10;
const LONGEST_READINESS_PERIOD_SECONDS = 10;
const READINESS_FAILURES = 2;
const LEAST_LIVENESS_FAILURES = 3;
/** For loading the application, before and beside its first checks. */
const LOADING_SECONDS = 30;
/** As of core's scheduler, which spreads the first runs over this time or one interval. */
const FIRST_RUNS_SPREAD_MS = 10_000;
/** Between the last thing that the process does and the kill. */
const GRACE_MARGIN_SECONDS = 5;
const KUBERNETES_GRACE_SECONDS = 30;

/** Chooses probes that agree with the config. */
export function planProbes(config: RuntimeConfig, port: number): ProbePlan {
  const { delayMs, drainLimitMs } = config.shutdown;
  const checks = checksOf(config);
  const livenessLimitSeconds = config.admin.livenessLimitMs / 1_000;
  const firstResultsSeconds = firstResults(config, checks);
  const endSeconds = (delayMs + drainLimitMs + EXPORT_LIMIT_MS) / 1_000;
  const readiness: Probe = {
    path: '/readyz',
    periodSeconds: readinessPeriod(checks),
    timeoutSeconds: 0,
    failureThreshold: READINESS_FAILURES,
  };
  return {
    port,
    unreachableHost: isLoopback(config.admin.host) ? config.admin.host : undefined,
    startup: {
      path: '/startupz',
      periodSeconds: STARTUP_PERIOD_SECONDS,
      timeoutSeconds: TIMEOUT_SECONDS,
      failureThreshold: Math.ceil((firstResultsSeconds + LOADING_SECONDS) / STARTUP_PERIOD_SECONDS),
    },
    liveness: {
      path: '/livez',
      periodSeconds: LIVENESS_PERIOD_SECONDS,
      timeoutSeconds: TIMEOUT_SECONDS,
      // An endpoint that does not answer at all is given more time than one that says why.
      failureThreshold: Math.max(
        LEAST_LIVENESS_FAILURES,
        Math.floor(livenessLimitSeconds / LIVENESS_PERIOD_SECONDS) + 1,
      ),
    },
    readiness: { ...readiness, timeoutSeconds: Math.min(TIMEOUT_SECONDS, readiness.periodSeconds) },
    terminationGraceSeconds: Math.max(KUBERNETES_GRACE_SECONDS, Math.ceil(endSeconds) + GRACE_MARGIN_SECONDS),
    livenessLimitSeconds,
    firstResultsSeconds,
    endSeconds,
    detections: checks.filter(takesPart(config)).map(([check, { intervalMs, failureThreshold, required }]) => ({
      check,
      intervalSeconds: intervalMs / 1_000,
      failureThreshold,
      totalSeconds: (intervalMs / 1_000) * failureThreshold + readiness.periodSeconds * readiness.failureThreshold,
      alone: required === true || !config.healthChecks.degradedMode.continueOnDegraded,
    })),
  };
}

type Check = readonly [name: string, config: HealthProviderConfig];

function checksOf({ healthChecks }: RuntimeConfig): readonly Check[] {
  return healthChecks.enabled ? Object.entries(healthChecks.providers).filter(([, { enabled }]) => enabled) : [];
}

/** An optional dependency degrades the service at most. */
function takesPart({ healthChecks }: RuntimeConfig): (check: Check) => boolean {
  return ([, { required }]) => required !== false || !healthChecks.degradedMode.continueOnDegraded;
}

/** Asking more often than anything can change finds nothing; asking less often adds to the time until it is seen. */
function readinessPeriod(checks: readonly Check[]): number {
  const shortest = Math.min(...checks.map(([, { intervalMs }]) => intervalMs / 1_000));
  return Math.max(1, Math.min(LONGEST_READINESS_PERIOD_SECONDS, Math.floor(shortest)));
}

/** The first run of a check comes after the configured delay, or at a random time of this span; then it may take its whole timeout. */
function firstResults({ healthChecks }: RuntimeConfig, checks: readonly Check[]): number {
  const each = checks.map(
    ([, { intervalMs, timeoutMs }]) =>
      (healthChecks.initialDelayMs ?? Math.min(intervalMs, FIRST_RUNS_SPREAD_MS)) + timeoutMs,
  );
  return Math.max(0, ...each) / 1_000;
}
