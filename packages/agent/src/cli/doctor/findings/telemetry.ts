import type { Overview } from '../overview.ts';
import { attention, type Finding, note, ok } from '../report.ts';
import { shownPath } from '../shown-path.ts';

/** Packages that start an SDK of their own, or stand where it would. */
const OTHER_SDKS = [
  '@opentelemetry/sdk-node',
  '@opentelemetry/sdk-trace-node',
  '@opentelemetry/auto-instrumentations-node',
  '@azure/monitor-opentelemetry',
  '@sentry/node',
  '@splunk/otel',
  '@elastic/opentelemetry-node',
  'dd-trace',
  'newrelic',
  'elastic-apm-node',
];

/** Who else does telemetry in the process, and whether all copies of the API see the one SDK. */
export function telemetryFindings({ packages, main }: Overview): Finding[] {
  const others = packages.filter(({ name, by }) => OTHER_SDKS.includes(name) && by.some(isForeign));
  return [...others.map((other) => otherSdk(other, main)), ...apiCopies(packages, main?.otelApi)];
}

function otherSdk({ name, version, by }: Overview['packages'][number], main: Overview['main']): Finding {
  const users = by.filter(isForeign).map((each) => shownPath(each, { main }));
  return attention(
    `${`${name} ${version ?? ''}`.trim()} is loaded by ${users.join(' and ')}, beside the SDK of the agent`,
    'a process has one SDK: whoever comes first gets the spans and metrics of all, and the other is not told of them',
    'keep one of the two: take the other out, or set OTEL_SDK_DISABLED=true and use createOtelObserver of @crossbridge/otel with yours',
  );
}

function apiCopies(packages: Overview['packages'], registered: string | undefined): Finding[] {
  const copies = packages.filter(({ name }) => name === '@opentelemetry/api');
  if (registered === undefined || copies.length === 0) return [];
  const blind = copies.filter(({ version }) => version !== undefined && isNewer(version, registered));
  const apart = blind.map(({ version, directory }) =>
    attention(
      `@opentelemetry/api ${version} in ${directory} is newer than the copy through which the SDK was registered (${registered})`,
      'a copy that is newer does not see that SDK: spans and metrics of who uses it go nowhere',
      'install one version for all: npm ls @opentelemetry/api',
    ),
  );
  if (apart.length > 0) return apart;
  const versions = [...new Set(copies.map(({ version }) => version))];
  return [
    ok(
      `@opentelemetry/api ${versions.join(' and ')}: ${copies.length === 1 ? 'one copy' : `${copies.length} copies, which see the same SDK`}`,
    ),
  ];
}

/** Same major version is what the API asks for, and a minor version that is not above that of the SDK. */
function isNewer(version: string, registered: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [ownMajor = 0, ownMinor = 0] = registered.split('.').map(Number);
  return major === ownMajor && minor > ownMinor;
}

function isForeign(by: string): boolean {
  return !/^(@crossbridge|@opentelemetry)\/|^(require|import)-in-the-middle$/.test(by);
}

export const NO_SDK: Finding = note('OTEL_SDK_DISABLED is true: no spans, and /metrics is empty');
