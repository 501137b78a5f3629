import { assertOptions, optionNames } from '@crossbridge/core';
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

type Method = 'complete' | 'embed';

export interface HardenAIProviderOptions extends HardenProviderOptions {
  /** The operations of the calls. Default `ai_generate` for `complete` and `embed` for `embed`. */
  readonly operations?: { readonly [M in Method]?: string | undefined } | undefined;
}

const WHOSE = 'hardenAIProvider';

const NAMES = optionNames<HardenAIProviderOptions>({
  rateLimitKey: true,
  cost: true,
  retryPolicy: true,
  bridge: true,
  name: true,
  healthCheck: true,
  operations: true,
});

const OPERATIONS = optionNames<NonNullable<HardenAIProviderOptions['operations']>>({ complete: true, embed: true });

/**
 * Wraps an AI provider of your own, any object with `complete`, `embed` or both: they run under the policies of the operations
 * `ai_generate` and `embed`, and return promises. All its other members are as they were.
 *
 * - An error is retried for what it is (status, code, cause), never for its text, and reaches the caller as the same object.
 * - A signal given as `{ signal }` among the arguments ends the call, its wait for a limit and its retries; the provider gets one that
 *   also ends with the attempt.
 * - An async generator is retried until it has its first item; a method that returns another kind of stream, until it has returned it. What
 *   fails later is the reader's.
 * - Its health is checked without billed requests, and by what its calls show.
 * - A provider that is hardened already is not wrapped a second time: it gets the new options.
 *
 * Clients of OpenAI, Anthropic and others have wrappers of their own.
 *
 * @throws InvalidArgumentError for arguments that cannot work, ConfigError when the default bridge has to be made and its file cannot be
 * used
 */
export function hardenAIProvider<P extends object>(
  provider: P,
  options: HardenAIProviderOptions = {},
): Hardened<P, Method> {
  assertOptions(options, NAMES, WHOSE);
  const methods = methodsOf(provider, ['complete', 'embed'], WHOSE);
  const { bridge, operations = {}, rateLimitKey, healthCheck } = options;
  assertBridgeOption(bridge, WHOSE);
  assertKeyOption(rateLimitKey, WHOSE);
  assertHealthOption(healthCheck, WHOSE);
  assertOptions(operations, OPERATIONS, `operations of ${WHOSE}`);
  const { complete = 'ai_generate', embed = 'embed' } = operations;
  assertOperation('operations.complete', complete, WHOSE);
  assertOperation('operations.embed', embed, WHOSE);
  return hardenProvider(provider, options, {
    kind: 'ai_provider',
    operations: new Map(methods.map((method) => [method, method === 'complete' ? complete : embed])),
    retryPolicy: retryChoice(options.retryPolicy, 'retryPolicy', WHOSE),
  }) as Hardened<P, Method>;
}
