export type { HardenFetchOptions } from './harden-fetch.ts';
export { hardenFetch } from './harden-fetch.ts';
export type { Fetch, FetchInit, FetchInput } from './request.ts';
