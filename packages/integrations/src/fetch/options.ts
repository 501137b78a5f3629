import { assertOptions, type Bridge, optionNames, refuseOption } from '@crossbridge/core';
import type { UpstreamRule } from '@crossbridge/core/config';
import { assertStreamOptions, type StreamOptions } from '../sse/stream-options.ts';
import type { KeyOption } from './call-key.ts';
import { assertTokenOptions, type TokenOptions } from './token-meter.ts';

export interface HardenFetchOptions {
  /** The bridge whose operations the requests belong to. */
  readonly bridge: Bridge;
  /** Which request belongs to which operation. Default: the bridge's own `upstreams`. */
  readonly upstreams?: readonly UpstreamRule[];
  /** Puts every request under this operation, whatever it asks for. Wins over `upstreams`. */
  readonly operation?: string;
  /** With `operation`: whether its requests may be sent twice. Default `auto`. */
  readonly idempotent?: boolean | 'auto';
  /** For whom the requests are made, where `withKey` says nothing else. Default: one bucket for all. */
  readonly key?: KeyOption;
  /** How streamed answers are guarded. Default: those of AI providers are. */
  readonly streams?: StreamOptions;
  /** Limits tokens, of requests that generate. Default: none are counted. */
  readonly tokens?: TokenOptions;
}

const WHOSE = 'hardenFetch';

const NAMES = optionNames<HardenFetchOptions>({
  bridge: true,
  upstreams: true,
  operation: true,
  idempotent: true,
  key: true,
  streams: true,
  tokens: true,
});

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertHardenFetchOptions(fetch: unknown, options: HardenFetchOptions): void {
  if (typeof fetch !== 'function') refuseOption('The first argument', WHOSE, 'a fetch function', fetch);
  assertOptions(options, NAMES, WHOSE);
  const { upstreams, operation, idempotent, key, streams, tokens } = options;
  // Not by its class: another copy of the package makes bridges, too.
  const bridge = options.bridge as Partial<Bridge> | null | undefined;
  if (typeof bridge?.run !== 'function') refuseOption('bridge', WHOSE, 'a bridge (see createBridge)', bridge);
  if (operation !== undefined && (typeof operation !== 'string' || operation === '')) {
    refuseOption('operation', WHOSE, 'a non-empty string', operation);
  }
  if (idempotent !== undefined && typeof idempotent !== 'boolean' && idempotent !== 'auto') {
    refuseOption('idempotent', WHOSE, 'true, false or "auto"', idempotent);
  }
  if (key !== undefined && !['string', 'function', 'object'].includes(typeof key)) {
    refuseOption('key', WHOSE, 'a string, an object of strings, or a function that returns one', key);
  }
  assertStreamOptions(streams, WHOSE);
  assertTokenOptions(tokens, WHOSE);
  if (upstreams === undefined) return;
  if (!Array.isArray(upstreams)) refuseOption('upstreams', WHOSE, 'a list of rules', upstreams);
  for (const [index, rule] of upstreams.entries()) {
    if (typeof rule?.operation === 'string' && typeof rule.match === 'object' && rule.match !== null) continue;
    refuseOption(`upstreams[${index}]`, WHOSE, 'a rule with match and operation', rule);
  }
}
