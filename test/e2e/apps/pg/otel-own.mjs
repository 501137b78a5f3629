// What an application does that brings an OpenTelemetry SDK of its own, with a provider of its own.
// biome-ignore lint/correctness/noUndeclaredDependencies: of the agent, as it is of applications
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
// biome-ignore lint/correctness/noUndeclaredDependencies: of the agent, as it is of applications
import { NodeSDK } from '@opentelemetry/sdk-node';

new NodeSDK({ instrumentations: [new PgInstrumentation({ requireParentSpan: false })] }).start();
