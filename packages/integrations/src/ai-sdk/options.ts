import { assertOptions, type Bridge, getDefaultBridge, optionNames, willAskAbout } from '@crossbridge/core';
import type { KeyOption } from '../fetch/call-key.ts';
import { assertTokenOptions, TokenMeter, type TokenOptions } from '../fetch/token-meter.ts';
import { assertStreamOptions, type StreamOptions } from '../sse/stream-options.ts';

export interface HardenModelOptions {
  /** The bridge whose operation the calls belong to. Default: the default bridge. */
  readonly bridge?: Bridge;
  /** The operation of the calls. Default `ai_generate` for language models, `embed` for embedding models. */
  readonly operation?: string;
  /** For whom the calls are made, where `withKey` says nothing else. Default: one bucket for all. */
  readonly key?: KeyOption;
  /** How streamed answers are guarded. They are by default. */
  readonly streams?: Omit<StreamOptions, 'guard'> & { readonly guard?: boolean };
  /** Limits tokens. Default: none are counted. */
  readonly tokens?: TokenOptions;
}

const NAMES = optionNames<HardenModelOptions>({
  bridge: true,
  operation: true,
  key: true,
  streams: true,
  tokens: true,
});

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertModelOptions(options: HardenModelOptions, whose: string): void {
  assertOptions(options, NAMES, whose);
  assertStreamOptions(options.streams, whose);
  assertTokenOptions(options.tokens, whose);
}

/** How the calls of one model are made. */
export interface ModelCalls {
  readonly bridge: Bridge;
  readonly operation: string;
  readonly key: KeyOption | undefined;
  readonly streams: StreamOptions;
  readonly meter: TokenMeter | undefined;
}

export function modelCalls(options: HardenModelOptions, defaultOperation: string): ModelCalls {
  const { bridge = getDefaultBridge(), operation = defaultOperation, key, streams = {}, tokens } = options;
  willAskAbout(operation);
  const meter = tokens === undefined ? undefined : new TokenMeter(bridge, tokens);
  return { bridge, operation, key, streams, meter };
}
