import type { HealthChecksConfig, HealthProviderConfig } from '../config/types.ts';
import { InvalidArgumentError } from '../errors.ts';
import type { HealthCheck } from './check.ts';
import { HttpHealthCheck } from './checks/http.ts';
import { TcpHealthCheck } from './checks/tcp.ts';
import { parseTcpAddress } from './checks/tcp-address.ts';

/** The fields of a provider that make a check without code. */
export type NetworkProvider = Pick<
  HealthProviderConfig,
  'checkType' | 'url' | 'method' | 'expectStatus' | 'headers' | 'address'
>;

/**
 * The checks that the config describes fully, by name: for a service whose code registers none.
 *
 * @throws InvalidArgumentError for a provider of these types without a usable `url` or `address`
 */
export function checksFromConfig({
  providers,
}: Pick<HealthChecksConfig, 'providers'>): ReadonlyMap<string, HealthCheck> {
  const checks = new Map<string, HealthCheck>();
  for (const [name, provider] of Object.entries(providers)) {
    const check = checkOf(name, provider);
    if (check !== undefined) checks.set(name, check);
  }
  return checks;
}

/** Equal for two providers that make the same check. */
export function definitionOf(provider: NetworkProvider | undefined): string {
  const { checkType, url, method, expectStatus, headers, address } = provider ?? {};
  return JSON.stringify([checkType, url, method, expectStatus, headers, address]);
}

function checkOf(name: string, provider: NetworkProvider): HealthCheck | undefined {
  const { checkType, url, method, expectStatus, headers, address } = provider;
  if (checkType === 'http') {
    if (url === undefined) throw missing(name, 'url', 'http', 'http://localhost:8080/health');
    return new HttpHealthCheck(name, { url, method, expectStatus, headers });
  }
  if (checkType !== 'tcp') return undefined;
  const parsed = parseTcpAddress(address ?? '');
  if (parsed === undefined) throw missing(name, 'address', 'tcp', 'localhost:5432');
  return new TcpHealthCheck(name, parsed);
}

function missing(name: string, field: string, type: string, example: string): InvalidArgumentError {
  return new InvalidArgumentError(
    `health_checks.providers.${name} is of check_type ${type} and needs ${field}, such as ${example}`,
  );
}
