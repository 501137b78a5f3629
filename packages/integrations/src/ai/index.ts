export type { HardenedCall, PerCall, RetryChoice } from '../hardened/call-options.ts';
export type { HardenProviderOptions } from '../hardened/harden-provider.ts';
export type { Hardened } from '../hardened/hardened.ts';
export type { ProviderHealthOptions } from '../hardened/provider-health.ts';
export type { HardenAIProviderOptions } from './harden-ai-provider.ts';
export { hardenAIProvider } from './harden-ai-provider.ts';
