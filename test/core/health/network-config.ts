import { DEFAULT_HEALTH_CHECKS, DEFAULT_HEALTH_PROVIDER } from '../../../packages/core/src/config/defaults.ts';
import type { HealthChecksConfig } from '../../../packages/core/src/config/types.ts';
import type { NetworkProvider } from '../../../packages/core/src/health/checks-from-config.ts';

/** A finished config with providers that describe themselves fully. */
export function networkConfig(
  providers: Readonly<Record<string, NetworkProvider>>,
  general: Partial<HealthChecksConfig> = {},
): HealthChecksConfig {
  const config = { ...DEFAULT_HEALTH_CHECKS, ...general };
  const completed = Object.entries(providers).map(([name, provider]) => [
    name,
    { ...config, ...DEFAULT_HEALTH_PROVIDER, ...provider },
  ]);
  return { ...config, providers: Object.fromEntries(completed) as HealthChecksConfig['providers'] };
}
