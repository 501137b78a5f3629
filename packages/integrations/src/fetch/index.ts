export type { FirstContent, StreamEnd, StreamOptions } from '../sse/stream-options.ts';
export type { TokenUsage } from '../sse/usage.ts';
export type { KeyOption } from './call-key.ts';
export { withKey } from './call-key.ts';
export { hardenFetch } from './harden-fetch.ts';
export { isHardened } from './hardened-mark.ts';
export type { HardenFetchOptions, HardenRequestOptions } from './options.ts';
export type { Fetch, FetchInit, FetchInput } from './request.ts';
export type { TokenOptions } from './token-meter.ts';
