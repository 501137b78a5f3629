import {
  type AIProviderCheckOptions,
  AIProviderHealthCheck,
  assertOptions,
  type Bridge,
  type HealthRegistry,
  optionNames,
  type RegisterOptions,
  refuseOption,
} from '@crossbridge/core';

/** How the health check of a provider is run and judged. */
export interface ProviderHealthOptions extends RegisterOptions, AIProviderCheckOptions {}

const NAMES = optionNames<ProviderHealthOptions>({
  required: true,
  intervalMs: true,
  timeoutMs: true,
  failureThreshold: true,
  successThreshold: true,
  minimumDwellMs: true,
  flapping: true,
  operation: true,
  billedEmbed: true,
});

/** Which provider is watched in which registry, so that hardening it again (for another user, say) adds no second check. */
const watched = new WeakMap<HealthRegistry, WeakSet<object>>();

/** The health check of a provider that is hardened. */
export interface ProviderHealth {
  readonly provider: object;
  /** What the config calls such a provider. */
  readonly kind: 'ai_provider' | 'embedding_provider';
  /** Undefined: the kind where the config expects such a check, else the kind and the class of the provider. */
  readonly name: string | undefined;
  readonly options: ProviderHealthOptions;
}

/** @throws InvalidArgumentError for what is neither true, false nor options of a check */
export function assertHealthOption(healthCheck: unknown, whose: string): void {
  if (healthCheck === undefined || typeof healthCheck === 'boolean') return;
  if (typeof healthCheck !== 'object' || healthCheck === null) {
    refuseOption('healthCheck', whose, 'true, false or options of the check', healthCheck);
  }
  assertOptions(healthCheck, NAMES, `healthCheck of ${whose}`);
}

/** Registers the check of a provider, unless there is one: of that provider, or of that name. */
export function watchProvider({ health }: Bridge, { provider, kind, name, options }: ProviderHealth): void {
  const known = watched.get(health) ?? new WeakSet();
  if (known.has(provider)) return;
  watched.set(health, known.add(provider));
  const own = name ?? (health.missing().includes(kind) ? kind : `${kind}_${classOf(provider)}`);
  if (health.names().includes(own)) return;
  const { billedEmbed, ...register } = options;
  health.register(own, new AIProviderHealthCheck(own, provider, { billedEmbed }), register);
}

function classOf(provider: object): string {
  const name: unknown = (provider as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' && name !== '' ? name : 'Object';
}
