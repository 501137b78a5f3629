export type { FetchingClient, HardenClientOptions } from '../ai-sdk-http/harden-client.ts';
export type { KeyOption } from '../fetch/call-key.ts';
export { withKey } from '../fetch/call-key.ts';
export type { TokenOptions } from '../fetch/token-meter.ts';
export type { FirstContent, StreamEnd, StreamOptions } from '../sse/stream-options.ts';
export type { TokenUsage } from '../sse/usage.ts';
export { hardenAnthropic } from './harden-anthropic.ts';
