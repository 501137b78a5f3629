import { assertOptions, optionNames, refuseOption } from '@crossbridge/core';
import {
  assertBridgeOption,
  assertKeyOption,
  assertOperation,
  methodsOf,
  retryChoice,
} from '../hardened/call-options.ts';
import { type HardenProviderOptions, hardenProvider } from '../hardened/harden-provider.ts';
import type { Hardened } from '../hardened/hardened.ts';
import { assertHealthOption } from '../hardened/provider-health.ts';

export interface HardenEmbeddingProviderOptions<M extends string = string> extends HardenProviderOptions {
  /** Default `embed`. */
  readonly operation?: string | undefined;
  /** Methods that make embeddings; those that the provider lacks are left out. Default `embed`. */
  readonly methods?: readonly M[] | undefined;
}

const WHOSE = 'hardenEmbeddingProvider';

const NAMES = optionNames<HardenEmbeddingProviderOptions>({
  rateLimitKey: true,
  cost: true,
  retryPolicy: true,
  bridge: true,
  name: true,
  healthCheck: true,
  operation: true,
  methods: true,
});

/**
 * Wraps a provider of embeddings, any object with `embed` (or the methods named): it runs under the policies of the operation `embed`, and
 * returns promises. All its other members (`getDimension()`, `modelName`) are as they were.
 *
 * Each call takes one token, however many texts it has; `cost: ({ args: [texts] }) => (texts as string[]).length` makes it one for each
 * text. For the rest see `hardenAIProvider`.
 *
 * @throws InvalidArgumentError for arguments that cannot work, ConfigError when the default bridge has to be made and its file cannot be
 * used
 */
export function hardenEmbeddingProvider<P extends object, M extends string = 'embed'>(
  provider: P,
  options: HardenEmbeddingProviderOptions<M> = {},
): Hardened<P, M> {
  assertOptions(options, NAMES, WHOSE);
  const { bridge, operation = 'embed', rateLimitKey, healthCheck, methods = ['embed'] } = options;
  if (!Array.isArray(methods) || methods.length === 0) {
    refuseOption('methods', WHOSE, 'a list of names of methods', methods);
  }
  const found = methodsOf(provider, methods, WHOSE);
  assertBridgeOption(bridge, WHOSE);
  assertKeyOption(rateLimitKey, WHOSE);
  assertHealthOption(healthCheck, WHOSE);
  assertOperation('operation', operation, WHOSE);
  return hardenProvider(provider, options, {
    kind: 'embedding_provider',
    operations: new Map(found.map((method) => [method, operation])),
    retryPolicy: retryChoice(options.retryPolicy, 'retryPolicy', WHOSE),
  }) as Hardened<P, M>;
}
