// Nothing but metrics is exported here: the catalogue lists whatever this module exports.
export * from './attempt-metrics.ts';
export * from './call-metrics.ts';
export * from './gen-ai-metrics.ts';
export * from './policy-metrics.ts';
export * from './state-metrics.ts';
export * from './store-metrics.ts';
export * from './stream-metrics.ts';
