export type { KeyOption } from '../fetch/call-key.ts';
export { withKey } from '../fetch/call-key.ts';
export type { TokenOptions } from '../fetch/token-meter.ts';
export type { FirstContent, StreamEnd, StreamOptions } from '../sse/stream-options.ts';
export type { TokenUsage } from '../sse/usage.ts';
export { hardenEmbeddingModel, hardenLanguageModel } from './harden-model.ts';
export { embeddingModelMiddleware, languageModelMiddleware } from './middleware.ts';
export type { HardenModelOptions } from './options.ts';
