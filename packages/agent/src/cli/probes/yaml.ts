import type { Detection, Probe, ProbePlan } from './plan.ts';

export interface YamlOptions {
  readonly container: string;
  /** What the numbers were taken from. */
  readonly source: string;
}

/** The plan as part of a pod template, with comments that say where its numbers come from. */
export function probesYaml(plan: ProbePlan, { container, source }: YamlOptions): string {
  const { startup, liveness, readiness } = plan;
  return [
    `# Made of ${source} by \`crossbridge probes\`; belongs below spec.template of a Deployment.`,
    ...unreachable(plan),
    ...detections(plan),
    'spec:',
    `  # A process that is told to stop ends within ${shown(plan.endSeconds)}: calls under way, then the last telemetry.`,
    `  terminationGracePeriodSeconds: ${plan.terminationGraceSeconds}`,
    '  containers:',
    `    - name: ${container}`,
    '      ports:',
    '        - name: crossbridge',
    `          containerPort: ${plan.port}`,
    `      # Until every check has had its first result, which takes up to ${shown(plan.firstResultsSeconds)}; and time to load.`,
    ...probe('startupProbe', startup),
    `      # Fails once the event loop has been stuck for ${shown(plan.livenessLimitSeconds)}, whatever the dependencies do: ` +
      `restarted after ${shown(plan.livenessLimitSeconds + liveness.periodSeconds * liveness.failureThreshold)}.`,
    ...probe('livenessProbe', liveness),
    '      # Fails at once on SIGTERM, and while the service cannot do its work.',
    ...probe('readinessProbe', readiness),
    '',
  ].join('\n');
}

function unreachable({ unreachableHost, port }: ProbePlan): string[] {
  if (unreachableHost === undefined) return [];
  return [
    '#',
    `# WARNING: the admin endpoint listens on ${unreachableHost}, which a kubelet cannot reach, so every probe would fail. Set in`,
    '# crossbridge.yml:',
    '#   runtime:',
    `#     admin: { host: 0.0.0.0, port: ${port} }`,
    '# and CROSSBRIDGE_ADMIN_TOKEN, so that only your monitoring reads /metrics and /healthz; probes need no token.',
  ];
}

function detections({ detections: all, readiness }: ProbePlan): string[] {
  const kubernetes = `${readiness.periodSeconds} s x ${readiness.failureThreshold}`;
  if (all.length === 0) {
    return [
      '#',
      `# No health check takes it out of the load balancing: what /readyz says otherwise is seen after period x failureThreshold = ${kubernetes}.`,
    ];
  }
  const list = (title: string, some: readonly Detection[]): string[] =>
    some.length === 0 ? [] : ['#', `# ${title}`, ...some.map((each) => `#   ${detection(each, kubernetes)}`)];
  return [
    '#',
    '# Time until a dependency that is down takes the pod out of the load balancing:',
    '# interval x failure_threshold + period x failureThreshold (one that hangs instead of failing: its timeout more).',
    ...list(
      'Each of these by itself:',
      all.filter(({ alone }) => alone),
    ),
    ...list(
      'These only once all of them are down:',
      all.filter(({ alone }) => !alone),
    ),
  ];
}

function detection({ check, intervalSeconds, failureThreshold, totalSeconds }: Detection, kubernetes: string): string {
  // A name may hold anything, and a comment ends with its line.
  return `${JSON.stringify(check)}: ${shown(intervalSeconds)} x ${failureThreshold} + ${kubernetes} = ${shown(totalSeconds)}`;
}

function probe(name: string, { path, periodSeconds, timeoutSeconds, failureThreshold }: Probe): string[] {
  return [
    `      ${name}:`,
    '        httpGet:',
    `          path: ${path}`,
    '          port: crossbridge',
    `        periodSeconds: ${periodSeconds}`,
    `        timeoutSeconds: ${timeoutSeconds}`,
    `        failureThreshold: ${failureThreshold}`,
  ];
}

function shown(seconds: number): string {
  return `${Number(seconds.toFixed(3))} s`;
}
