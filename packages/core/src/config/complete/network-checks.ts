import { DEFAULT_HEALTH_PROVIDER, DEFAULT_HTTP_CHECK_METHOD } from '../defaults.ts';
import type { HealthProviderInput } from '../input.ts';
import type { Path } from '../path.ts';
import type { Review } from '../review.ts';
import type { HealthProviderConfig } from '../types.ts';
import { byName, layered } from './merge.ts';

type NetworkType = 'http' | 'tcp';
type NetworkField = 'url' | 'method' | 'expectStatus' | 'headers' | 'address';

/** The kind of check that each field belongs to. */
const HOMES: Readonly<Record<NetworkField, NetworkType>> = {
  url: 'http',
  method: 'http',
  expectStatus: 'http',
  headers: 'http',
  address: 'tcp',
};

const NEEDED = { http: 'url', tcp: 'address' } as const;
const EXAMPLES = { http: 'http://localhost:8080/health', tcp: 'localhost:5432' };

/** What a provider says for itself, with the kind of check that it means. `path` is where it stands. */
export function completeNetworkCheck(
  path: Path,
  given: HealthProviderInput | undefined,
  review: Review,
): Partial<HealthProviderConfig> & Pick<HealthProviderConfig, 'checkType'> {
  const { expectStatus, headers, ...rest } = given ?? {};
  const { url, address } = rest;
  const meant = url !== undefined ? 'http' : address !== undefined ? 'tcp' : DEFAULT_HEALTH_PROVIDER.checkType;
  const checkType = rest.checkType ?? meant;
  checkFields(path, given, checkType, review);
  return {
    ...(checkType === 'http' ? { method: DEFAULT_HTTP_CHECK_METHOD } : {}),
    ...layered<HealthProviderConfig>(rest),
    checkType,
    ...(expectStatus === undefined ? {} : { expectStatus: [...new Set([expectStatus].flat())] }),
    ...(headers === undefined ? {} : { headers: withoutGaps(headers) }),
  };
}

function withoutGaps(headers: NonNullable<HealthProviderInput['headers']>): Record<string, string> {
  return byName(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** What does not go together is told once, and not at all where a value that decides the kind is wrong itself. */
function checkFields(
  path: Path,
  given: HealthProviderInput | undefined,
  checkType: HealthProviderConfig['checkType'],
  review: Review,
): void {
  const { key } = review.dialect;
  const at = (field: 'checkType' | NetworkField): Path => [...path, key(field)];
  const kind = `${key('checkType')} ${review.show(at('checkType'), checkType)}`;
  for (const [field, home] of Object.entries(HOMES) as [NetworkField, NetworkType][]) {
    if (home === checkType || given?.[field] === undefined) continue;
    const other = `${key('checkType')} ${home}`;
    const advice = adviceOn(given, checkType, home, other);
    const message = `only ${other} has ${key(field)}, and this check is of ${kind}; ${advice}`;
    review.problem(at(field), message, [at('checkType'), at('url'), at('address')]);
  }
  if (checkType !== 'http' && checkType !== 'tcp') return;
  const needed = NEEDED[checkType];
  if (given?.[needed] !== undefined) return;
  const message = `missing: a check of ${kind} needs ${needed}, such as ${EXAMPLES[checkType]}`;
  review.problem(at(needed), message, [at('checkType')]);
}

function adviceOn(given: HealthProviderInput, checkType: string, home: NetworkType, other: string): string {
  if (given.checkType !== undefined) return `remove it, or make it ${other}`;
  if (checkType === 'http' || checkType === 'tcp')
    return 'url makes it http and address tcp, so remove what is not meant';
  return `add ${NEEDED[home]}`;
}
