// Nothing but attributes is exported here: the catalogue lists whatever this module exports. The maps of values are typed by
// core's unions, so that a value added or renamed there does not compile until it has a meaning here.
export * from './attempt-attributes.ts';
export * from './call-attributes.ts';
export * from './gen-ai-attributes.ts';
export * from './policy-attributes.ts';
export * from './state-attributes.ts';
export * from './store-attributes.ts';
export * from './stream-attributes.ts';
