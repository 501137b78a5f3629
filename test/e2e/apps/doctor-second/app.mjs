import { createRequire } from 'node:module';

// As an application that has an SDK of its own.
const { NodeSDK } = createRequire(import.meta.url)('@opentelemetry/sdk-node');

new NodeSDK({ instrumentations: [] }).start();
