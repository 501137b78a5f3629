import { hardenOwnFetch } from './own-fetch.ts';
import { type ModulePatch, type PatchedFile, type PatchHost, within } from './patch.ts';

interface Exports {
  readonly BaseAnthropic?: { readonly prototype: object };
  readonly Anthropic?: { readonly prototype: object };
}

/**
 * Most of what the SDK sends goes through the global `fetch`, which is hardened already. This is for clients that bring their own, and for an operation
 * of their own. Those for Bedrock, Vertex and Foundry have the same base class.
 */
export const anthropicPatch: ModulePatch = {
  module: '@anthropic-ai/sdk',
  versions: '0.20 or later, below 2',
  supports: (version) => within(version, [0, 20], 1),
  files: ['@anthropic-ai/sdk', '@anthropic-ai/sdk/client'].flatMap((name) =>
    (['cjs', 'esm'] as const).map((build): PatchedFile => ({ name, build, install })),
  ),
};

function install(exports: unknown, host: PatchHost): readonly [] {
  const { BaseAnthropic, Anthropic } = exports as Exports;
  const base = BaseAnthropic ?? Anthropic;
  if (base === undefined) throw new Error('there is no class Anthropic');
  hardenOwnFetch(base.prototype, host);
  return [];
}
