import { assertOptions, type Bridge, getDefaultBridge, optionNames } from '@crossbridge/core';
import type { KeyOption } from '../fetch/call-key.ts';
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
}

const NAMES = optionNames<HardenModelOptions>({ bridge: true, operation: true, key: true, streams: true });

/** @throws InvalidArgumentError that names the option, what was given and what is expected */
export function assertModelOptions(options: HardenModelOptions, whose: string): void {
  assertOptions(options, NAMES, whose);
  assertStreamOptions(options.streams, whose);
}

/** How the calls of one model are made. */
export interface ModelCalls {
  readonly bridge: Bridge;
  readonly operation: string;
  readonly key: KeyOption | undefined;
  readonly streams: StreamOptions;
}

export function modelCalls(options: HardenModelOptions, defaultOperation: string): ModelCalls {
  const { bridge = getDefaultBridge(), operation = defaultOperation, key, streams = {} } = options;
  return { bridge, operation, key, streams };
}
