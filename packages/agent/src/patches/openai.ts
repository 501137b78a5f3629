import { hardenOwnFetch } from './own-fetch.ts';
import { type ModulePatch, type PatchedFile, type PatchHost, within } from './patch.ts';

/**
 * Most of what the SDK sends goes through the global `fetch`, which is hardened already. This is for clients that bring their own, and for an operation
 * of their own. Subclasses (`AzureOpenAI`) are included. Clients with X.509 workload identity send by a transport of their own, and pass.
 */
export const openaiPatch: ModulePatch = {
  module: 'openai',
  versions: '4 to 7',
  supports: (version) => within(version, [4, 0], 7),
  // Until version 4 the class was in the main file, which now hands it on.
  files: ['openai', 'openai/client'].flatMap((name) =>
    (['cjs', 'esm'] as const).map((build): PatchedFile => ({ name, build, install })),
  ),
};

function install(exports: unknown, host: PatchHost): readonly [] {
  const { OpenAI } = exports as { readonly OpenAI?: { readonly prototype: object } };
  if (OpenAI === undefined) throw new Error('there is no class OpenAI');
  hardenOwnFetch(OpenAI.prototype, host);
  return [];
}
