import { assertOptions, type Bridge, optionNames, refuseOption } from '@crossbridge/core';
import type { UpstreamRule } from '@crossbridge/core/config';
import { assertStreamOptions, type StreamOptions } from '../sse/stream-options.ts';
import type { KeyOption } from './call-key.ts';
import { assertTokenOptions, type TokenOptions } from './token-meter.ts';

/** Which requests belong to which operations, and for whom they are made. */
export interface HardenRequestOptions {
  /** The bridge whose operations the requests belong to. */
  readonly bridge: Bridge;
  /** Which request belongs to which operation. Default: the bridge's own `upstreams`. */
  readonly upstreams?: readonly UpstreamRule[];
  /**
   * Puts every request under this operation, whatever it asks for. Wins over `upstreams`. A function is asked for each request, with the
   * operation of the rule that it matches; where it returns undefined the request passes untouched.
   */
  readonly operation?: string | ((matched: string | undefined) => string | undefined);
  /** With `operation`: whether its requests may be sent twice. Default `auto`. */
  readonly idempotent?: boolean | 'auto';
  /** For whom the requests are made, where `withKey` says nothing else. Default: one bucket for all. */
  readonly key?: KeyOption;
}

export interface HardenFetchOptions extends HardenRequestOptions {
  /** How streamed answers are guarded. Default: those of AI providers are. */
  readonly streams?: StreamOptions;
  /** Limits tokens, of requests that generate. Default: none are counted. */
  readonly tokens?: TokenOptions;
}

const REQUEST_NAMES = { bridge: true, upstreams: true, operation: true, idempotent: true, key: true } as const;

const NAMES = optionNames<HardenFetchOptions>({ ...REQUEST_NAMES, streams: true, tokens: true });

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertHardenFetchOptions(fetch: unknown, options: HardenFetchOptions): void {
  const whose = 'hardenFetch';
  if (typeof fetch !== 'function') refuseOption('The first argument', whose, 'a fetch function', fetch);
  assertOptions(options, NAMES, whose);
  assertTargets(options, whose);
  assertStreamOptions(options.streams, whose);
  assertTokenOptions(options.tokens, whose);
}

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertHardenRequestOptions(request: unknown, options: HardenRequestOptions, whose: string): void {
  if (typeof request !== 'function') refuseOption('The first argument', whose, 'a function', request);
  assertOptions(options, optionNames<HardenRequestOptions>(REQUEST_NAMES), whose);
  assertTargets(options, whose);
}

function assertTargets(options: HardenRequestOptions, whose: string): void {
  const { upstreams, operation, idempotent, key } = options;
  // Not by its class: another copy of the package makes bridges, too.
  const bridge = options.bridge as Partial<Bridge> | null | undefined;
  if (typeof bridge?.run !== 'function') refuseOption('bridge', whose, 'a bridge (see createBridge)', bridge);
  if (
    operation !== undefined &&
    typeof operation !== 'function' &&
    (typeof operation !== 'string' || operation === '')
  ) {
    refuseOption('operation', whose, 'a non-empty string, or a function that returns one', operation);
  }
  if (idempotent !== undefined && typeof idempotent !== 'boolean' && idempotent !== 'auto') {
    refuseOption('idempotent', whose, 'true, false or "auto"', idempotent);
  }
  if (key !== undefined && !['string', 'function', 'object'].includes(typeof key)) {
    refuseOption('key', whose, 'a string, an object of strings, or a function that returns one', key);
  }
  if (upstreams === undefined) return;
  if (!Array.isArray(upstreams)) refuseOption('upstreams', whose, 'a list of rules', upstreams);
  for (const [index, rule] of upstreams.entries()) {
    if (typeof rule?.operation === 'string' && typeof rule.match === 'object' && rule.match !== null) continue;
    refuseOption(`upstreams[${index}]`, whose, 'a rule with match and operation', rule);
  }
}
